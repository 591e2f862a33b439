import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

final class FakeClient: StreamClient {
  var isBehind = false
  private(set) var sent: [(message: StreamMessage, delivery: StreamDelivery)] = []

  func send(_ message: StreamMessage, _ delivery: StreamDelivery) { sent.append((message, delivery)) }

  var messages: [[String: Any]] { sent.map { json($0.message.bytes) } }
  var types: [String] { messages.map { $0.text("type") } }

  func batches() -> [(ids: [Int64], missed: Int64)] {
    messages.filter { $0.text("type") == "prints" }.map { message in
      (message.objects("rows").map { $0.integer("id") }, message.integer("missed"))
    }
  }

  func forget() { sent = [] }
}

@Suite struct StreamTests {
  private let fixture = Fixture(printBase: 100)
  private let spy = Fixture.symbol(.call, 672)
  private var broadcaster: StreamBroadcaster { fixture.core.broadcaster }

  private func join(_ point: ResumePoint? = nil) -> FakeClient {
    let client = FakeClient()
    broadcaster.add(client, resuming: point)
    return client
  }

  @Test func helloComesFirst() {
    fixture.absorb(spy, count: 3)
    fixture.core.tick()
    let client = join()
    let hello = client.messages[0]
    #expect(hello["type"] as? String == "hello")
    #expect(hello["epoch"] as? String == "e1")
    #expect(hello["resumed"] as? Bool == false)
    #expect(hello["last_print_id"] as? Int == 103)
    #expect(hello["mode"] as? String == "demo")
    #expect(client.batches().isEmpty)
  }

  @Test func printsComeOnceOldestFirstAndEncodedOnce() {
    let first = join()
    let second = join()
    fixture.absorb(spy, count: 3)
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    fixture.absorb(spy, count: 1)
    broadcaster.broadcastPrints()
    for client in [first, second] {
      #expect(client.batches().map(\.ids) == [[101, 102, 103], [104]])
      #expect(client.batches().allSatisfy { $0.missed == 0 })
    }
    #expect(first.sent[1].message === second.sent[1].message)
    #expect(first.sent[1].delivery == .queued)
  }

  @Test func aClientThatJoinsBetweenTicksMissesNothingAndGetsNothingTwice() {
    fixture.absorb(spy, count: 2)
    broadcaster.broadcastPrints()
    fixture.absorb(spy, count: 1)
    let client = join()
    #expect(client.messages[0]["last_print_id"] as? Int == 102)
    broadcaster.broadcastPrints()
    #expect(client.batches().map(\.ids) == [[103]])
  }

  @Test func aSlowClientIsToldWhatItMissed() {
    let fast = join()
    let slow = join()
    slow.isBehind = true
    fixture.absorb(spy, count: 2)
    broadcaster.broadcastPrints()
    fixture.absorb(spy, count: 3)
    broadcaster.broadcastPrints()
    #expect(slow.batches().isEmpty)
    slow.isBehind = false
    fixture.absorb(spy, count: 1)
    broadcaster.broadcastPrints()
    fixture.absorb(spy, count: 1)
    broadcaster.broadcastPrints()
    #expect(slow.batches().map(\.ids) == [[106], [107]])
    #expect(slow.batches().map(\.missed) == [5, 0])
    #expect(fast.batches().map(\.missed) == [0, 0, 0, 0])
    #expect(broadcaster.messagesDropped == 2)
  }

  @Test func aSlowClientIsToldWhatItMissedAlsoWhenNothingFollows() {
    let slow = join()
    slow.isBehind = true
    fixture.absorb(spy, count: 2)
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    #expect(slow.batches().isEmpty)
    slow.isBehind = false
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    #expect(slow.batches().map(\.ids) == [[]])
    #expect(slow.batches().map(\.missed) == [2])
  }

  @Test func aGapAtTheEndIsFoundByTheEnginesCount() throws {
    let client = join()
    fixture.absorb(spy, count: 2)
    fixture.core.tick()
    // The engine has made five prints; the last three found the ring full.
    fixture.snapshots.answer { $0.counters.lastPrint = 5 }
    fixture.core.tick()
    #expect(client.batches().map(\.ids) == [[101, 102], []])
    #expect(client.batches().map(\.missed) == [0, 3])
    #expect(fixture.core.health().publisherSkipped == 3)
    fixture.model.absorb(.print(fixture.print(spy, number: 6)))
    broadcaster.broadcastPrints()
    #expect(client.batches().last?.ids == [106])
    #expect(client.batches().last?.missed == 0)
  }

  @Test func printsUnderWayWhenTheEngineCountedAreNotAGap() {
    let client = join()
    fixture.core.tick()
    fixture.snapshots.answer { $0.counters.lastPrint = 1 }
    #expect(fixture.outputs.push(.print(fixture.print(spy))))
    fixture.core.tick()
    #expect(client.batches().map(\.missed) == [0])
    #expect(client.batches().map(\.ids) == [[101]])
  }

  @Test func aGapIsMissedByAll() {
    let client = join()
    fixture.absorb(spy, count: 1)
    fixture.model.absorb(.print(fixture.print(spy, number: 5)))
    broadcaster.broadcastPrints()
    #expect(client.batches().map(\.ids) == [[105]])
    #expect(client.batches().map(\.missed) == [4])
  }

  @Test func aFloodIsCutToTheNewest() {
    let fixture = Fixture(recentPrints: 4096)
    let client = FakeClient()
    fixture.core.broadcaster.add(client, resuming: nil)
    fixture.absorb(spy, count: Limits.batchPrints + 10)
    fixture.core.broadcaster.broadcastPrints()
    #expect(client.batches()[0].ids.count == Limits.batchPrints)
    #expect(client.batches()[0].ids.last == Int64(Limits.batchPrints + 10))
    #expect(client.batches()[0].missed == 10)
  }

  @Test func aClientOfThisEpochGetsWhatItMissed() {
    fixture.absorb(spy, count: 6)
    broadcaster.broadcastPrints()
    let client = join(ResumePoint(epoch: "e1", after: 103))
    #expect(client.messages[0]["resumed"] as? Bool == true)
    #expect(client.batches().map(\.ids) == [[104, 105, 106]])
    #expect(client.batches().map(\.missed) == [0])
    let current = join(ResumePoint(epoch: "e1", after: 106))
    #expect(current.messages[0]["resumed"] as? Bool == true)
    #expect(current.batches().isEmpty)
    #expect(join(ResumePoint(epoch: "e1", after: 999)).batches().isEmpty)
    #expect(join(ResumePoint(epoch: "e1", after: nil)).batches().isEmpty)
  }

  @Test func whatMemoryHasLostIsCountedAsMissed() {
    let fixture = Fixture(recentPrints: 4)
    fixture.absorb(spy, count: 10)
    fixture.core.broadcaster.broadcastPrints()
    let client = FakeClient()
    fixture.core.broadcaster.add(client, resuming: ResumePoint(epoch: "e1", after: 2))
    #expect(client.batches().map(\.ids) == [[7, 8, 9, 10]])
    #expect(client.batches().map(\.missed) == [4])
  }

  @Test func anotherEpochStartsAnew() {
    fixture.absorb(spy, count: 6)
    broadcaster.broadcastPrints()
    let client = join(ResumePoint(epoch: "e0", after: 103))
    #expect(client.messages[0]["resumed"] as? Bool == false)
    #expect(client.batches().isEmpty)
  }

  @Test func cancellationsAreNamedOnce() {
    let client = join()
    fixture.absorb(spy, count: 2)
    let trade = fixture.model.prints[1].trade
    fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: 1, trade: trade)))
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    let prints = client.messages.filter { $0["type"] as! String == "prints" }
    #expect(prints.map { $0["cancelled"] as! [Int] } == [[101]])
    #expect((prints[0]["rows"] as! [[String: Any]]).map { $0["cancelled"] as! Bool } == [true, false])
  }

  private func cancel(_ numbers: some Sequence<Int64>) {
    let trade = fixture.model.prints[fixture.model.prints.firstNumber].trade
    for number in numbers {
      fixture.model.absorb(.cancellation(Cancellation(cancelledNumber: number, trade: trade)))
    }
  }

  private func cancelled(_ client: FakeClient) -> [[Int]] {
    client.messages.filter { $0.text("type") == "prints" }.map { $0["cancelled"] as? [Int] ?? [] }
  }

  @Test func aClientThatWasBehindIsToldTheCancellationsItMissed() {
    let slow = join()
    let fast = join()
    fixture.absorb(spy, count: 3)
    broadcaster.broadcastPrints()
    slow.isBehind = true
    cancel([1])
    broadcaster.broadcastPrints()
    cancel([3])
    broadcaster.broadcastPrints()
    slow.isBehind = false
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    #expect(cancelled(slow) == [[], [101, 103]])
    #expect(cancelled(fast) == [[], [101], [103]])
    slow.isBehind = true
    cancel([2])
    broadcaster.broadcastPrints()
    slow.isBehind = false
    fixture.absorb(spy)
    broadcaster.broadcastPrints()
    #expect(cancelled(slow).last == [102])
    #expect(slow.batches().last?.ids == [104])
    #expect(cancelled(fast).last == [])
  }

  @Test func aClientThatMissedTooManyCancellationsStartsAnew() {
    let client = join()
    fixture.absorb(spy, count: 900)
    broadcaster.broadcastPrints()
    client.forget()
    client.isBehind = true
    cancel(1...600)
    broadcaster.broadcastPrints()
    cancel(1...600)
    broadcaster.broadcastPrints()
    client.isBehind = false
    fixture.absorb(spy)
    broadcaster.broadcastPrints()
    fixture.absorb(spy)
    broadcaster.broadcastPrints()
    #expect(client.types == ["hello", "prints"])
    #expect(client.messages[0]["resumed"] as? Bool == false)
    #expect(client.messages[0]["last_print_id"] as? Int == 1001)
    #expect(client.batches().map(\.ids) == [[1002]])
    #expect(client.batches().map(\.missed) == [0])
    #expect(cancelled(client) == [[]])
  }

  @Test func moreCancellationsThanABatchNamesStartEverybodyAnew() {
    let client = join()
    fixture.absorb(spy)
    broadcaster.broadcastPrints()
    client.forget()
    cancel(repeatElement(1, count: Limits.pendingCancellations + 1))
    broadcaster.broadcastPrints()
    broadcaster.broadcastPrints()
    #expect(client.types == ["hello"])
    #expect(client.messages[0]["resumed"] as? Bool == false)
  }

  @Test func aClientThatComesBackIsToldWhichOfItsPrintsAreVoid() {
    fixture.absorb(spy, count: 6)
    broadcaster.broadcastPrints()
    cancel([2, 3, 5])
    broadcaster.broadcastPrints()
    let client = join(ResumePoint(epoch: "e1", after: 103))
    #expect(client.batches().map(\.ids) == [[104, 105, 106]])
    #expect(cancelled(client) == [[102, 103]])
    let rows = client.messages.last?.objects("rows") ?? []
    #expect(rows.map { $0["cancelled"] as? Bool } == [false, true, false])
    // Nothing but cancellations to tell.
    let current = join(ResumePoint(epoch: "e1", after: 106))
    #expect(current.batches().map(\.ids) == [[]])
    #expect(cancelled(current) == [[102, 103, 105]])
    #expect(join(ResumePoint(epoch: "e1", after: 101)).batches().map(\.ids) == [[102, 103, 104, 105, 106]])
    #expect(cancelled(join(ResumePoint(epoch: "e1", after: .max))) == [[102, 103, 105]])
  }

  @Test func aClockSetBackStopsNothing() {
    let client = join()
    fixture.core.tick()
    fixture.snapshots.answer { fixture.fill($0) }
    fixture.clock.advance(milliseconds: 50)
    fixture.core.tick()
    client.forget()
    fixture.clock.setWall(byMilliseconds: -3_600_000)
    for _ in 0..<20 {
      fixture.clock.advance(milliseconds: 50)
      fixture.core.tick()
      fixture.snapshots.answer { fixture.fill($0) }
    }
    #expect(client.types.filter { $0 == "state" }.count >= 3)
    #expect(fixture.core.health().uptimeSeconds == 1.05)
  }

  @Test func theStateComesWithEachSnapshotAndWithoutOneWhenTheEngineIsSilent() {
    let client = join()
    fixture.core.tick()
    #expect(client.types == ["hello", "state"])
    for _ in 0..<20 {
      fixture.snapshots.answer { fixture.fill($0) }
      fixture.clock.advance(milliseconds: 50)
      fixture.core.tick()
    }
    // One second: four snapshots, four states.
    #expect(client.types.filter { $0 == "state" }.count == 5)
    #expect(
      client.sent.allSatisfy { ($0.delivery == .latest) == (json($0.message.bytes)["type"] as! String == "state") })
    client.forget()
    for _ in 0..<20 {
      fixture.clock.advance(milliseconds: 50)
      fixture.core.tick()
    }
    #expect((2...3).contains(client.types.filter { $0 == "state" }.count))
    let sequences = client.messages.map { $0["sequence"] as! Int }
    #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
  }

  @Test func aNewClientGetsTheLastStateAtOnce() {
    _ = join()
    fixture.core.tick()
    #expect(join().types == ["hello", "state"])
  }

  @Test func aClientThatLeftGetsNothing() {
    let client = join()
    broadcaster.remove(client)
    fixture.absorb(spy)
    broadcaster.broadcastPrints()
    #expect(client.types == ["hello"])
    #expect(broadcaster.clientCount == 0)
  }

  @Test func outputsComeThroughTheRing() {
    let client = join()
    _ = fixture.outputs.push(.print(fixture.print(spy)))
    _ = fixture.outputs.push(.incident(FeedIncident(kind: .connected, time: Fixture.open)))
    fixture.core.tick()
    #expect(client.batches().map(\.ids) == [[101]])
    #expect(fixture.outputs.count == 0)
  }

  @Test func theUpgradeIsForOwnPagesAndKnownParameters() {
    func problem(_ query: [(name: String, value: String)], _ headers: [String: String] = [:]) -> Int? {
      do throws(Problem) {
        _ = try StreamRoute.question(APIRequest(path: "/ws/stream", query: query, headers: headers))
        return nil
      } catch { return error.status }
    }
    #expect(problem([]) == nil)
    #expect(problem([("epoch", "e1"), ("after", "5")]) == nil)
    #expect(problem([("after", "-1")]) == 400)
    #expect(problem([("epoch", "e1"), ("aftr", "5")]) == 400)
    #expect(problem([], ["host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000"]) == nil)
    #expect(problem([], ["host": "127.0.0.1:8000", "origin": "http://evil.example"]) == 403)
  }
}
