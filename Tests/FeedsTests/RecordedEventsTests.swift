import MarketModel
import Testing

@testable import Feeds

/// Events that an engine has had already go through the door as they are.
@Suite struct RecordedEventsTests {
  private struct Source: FrameSource, ~Copyable {
    let summary = "recorded"
    private let events: UnsafeMutableBufferPointer<MarketEvent>
    private var blocks: [Range<Int>]

    init(_ all: [[MarketEvent]]) {
      let flat = all.flatMap { $0 }
      events = .allocate(capacity: flat.count)
      _ = events.initialize(from: flat)
      var start = 0
      blocks = all.map { block in
        defer { start += block.count }
        return start..<(start + block.count)
      }
    }

    deinit { events.deallocate() }

    mutating func next() -> FrameSourceItem {
      if blocks.isEmpty { return .end }
      return .recorded(UnsafeBufferPointer(rebasing: events[blocks.removeFirst()]))
    }
  }

  private static let open = Timestamp(seconds: 1_765_895_400)

  private func quote(_ milliseconds: Int64) -> MarketEvent {
    .quote(
      Quote(
        time: Self.open.adding(nanoseconds: milliseconds * 1_000_000), bid: Price(cents: 100), ask: Price(cents: 101),
        sequence: milliseconds, instrument: InstrumentID(0), bidSize: 1, askSize: 1))
  }

  @Test func nothingIsAddedAndNothingIsLost() throws {
    let blocks: [[MarketEvent]] = [
      [.incident(FeedIncident(kind: .connected, time: .none)), quote(5), quote(999)],
      [quote(1000), quote(1500), .clock(Self.open.adding(nanoseconds: 1_000_000_000)), quote(70_000)],
      // A quiet second has its clock, too, and the last word is the recording's own.
      [.clock(Self.open.adding(nanoseconds: 90_000_000_000))],
    ]
    var reader = FeedReader(source: Source(blocks), instruments: InstrumentTable(capacity: 64))
    var events: [MarketEvent] = []
    var times: [Timestamp] = []
    while try reader.next() {
      events += reader.batch.events
      times.append(reader.streamTime)
    }
    #expect(events == blocks.flatMap { $0 })
    #expect(times == times.sorted() && times.last == Self.open.adding(nanoseconds: 90_000_000_000))
    // Stretches a player can keep the pace of.
    #expect(times.count > blocks.count)
  }

  @Test func aWildStampDoesNotMoveTheStream() throws {
    let wild = Self.open.adding(nanoseconds: 100 * 86_400_000_000_000)
    var reader = FeedReader(
      source: Source([[quote(1)], [.clock(wild)], [quote(2)]]), instruments: InstrumentTable(capacity: 64))
    while try reader.next() { #expect(reader.streamTime < wild) }
  }

  @Test func aPacerGoesOnFromAnyMomentAtAnySpeed() {
    var pacer = Pacer(speed: 1)
    #expect(pacer.delay(until: Self.open, now: 0) == 0)
    #expect(pacer.position(now: 2_000) == Self.open.adding(nanoseconds: 2_000))
    let later = Self.open.adding(nanoseconds: 3_600_000_000_000)
    pacer.goOn(at: later, speed: 4, now: 10_000)
    #expect(pacer.delay(until: later.adding(nanoseconds: 400), now: 10_000) == 100)
    #expect(pacer.position(now: 10_050) == later.adding(nanoseconds: 200))
    // Back again, as when a recording begins anew.
    pacer.goOn(at: Self.open, speed: 1, now: 20_000)
    #expect(pacer.delay(until: Self.open.adding(nanoseconds: 7), now: 20_000) == 7)
  }
}
