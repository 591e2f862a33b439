import Foundation
import Logging
import MarketModel
import Storage
import Synchronization
import Testing

@testable import Alerting
@testable import FlowEngine

/// The thread: outputs in, alerts in the file, whatever the queue holds and however often it begins again.
@Suite struct ThreadTests {
  private let fixture: AlertingFixture
  init() throws { fixture = try AlertingFixture() }

  private func run(
    queue: Int = 1024, catchUp: StoreCatchUp? = nil, restart: (@Sendable () -> String?)? = nil,
    before: (AlertsThread) -> Void = { _ in }, _ body: (AlertsThread) throws -> Void
  ) throws {
    var connections = AlertsThread.Connections(instruments: fixture.instruments, catchUp: catchUp)
    connections.queueCapacity = queue
    connections.restart = restart
    let news = AlertNews()
    let thread = AlertsThread(connections, news: news, log: Log(minimumLevel: .critical))
    let office = try AlertOffice(
      AlertDatabase(path: fixture.file), options: fixture.options, clock: { AlertingFixture.open }, news: news)
    try office.tellEachContract()
    before(thread)
    thread.start(office)
    #expect(thread.currentStatus.isRunning)
    defer {
      thread.stop()
      #expect(!thread.currentStatus.isRunning)
    }
    try body(thread)
  }

  private func offer(_ counts: ClosedRange<UInt32>, to thread: AlertsThread) {
    counts.map { FlowOutput.detection(detection($0)) }.withUnsafeBufferPointer { thread.offer($0) }
  }

  private func detection(_ count: UInt32) -> Detection {
    fixture.detection(count, symbol: AlertingFixture.contract(500 + Int(count)), seconds: Int64(count))
  }

  /// Asks until the answer is as wanted; a suite that hangs says that it never was.
  private func wait(_ thread: AlertsThread, until isWanted: @escaping @Sendable (AlertOffice) -> Bool) {
    let answer = Mutex(false)
    repeat {
      let arrived = DispatchSemaphore(value: 0)
      let isAccepted = thread.submit { office in
        let value = isWanted(office)
        answer.withLock { $0 = value }
        arrived.signal()
      }
      #expect(isAccepted)
      arrived.wait()
    } while !answer.withLock { $0 }
  }

  private func ids() throws -> [String] { try fixture.office().stored().map(\.key) }

  @Test func aStartThatPlaysItAgainAddsNothing() throws {
    try run { offer(1...50, to: $0) }
    let keys = try ids()
    #expect(keys.count == 50)
    try run { offer(1...60, to: $0) }
    let after = try ids()
    #expect(after.count == 60 && Array(after.prefix(50)) == keys && Set(after).count == 60)
    try run { thread in
      offer(1...60, to: thread)
      wait(thread) { $0.pendingCount == 0 }
      #expect(thread.news.take().alerts.isEmpty)
    }
    #expect(try ids() == after)
  }

  // MARK: Another day

  /// Names of the runs that begin with the restarts to come.
  private final class Runs: Sendable {
    private let names: Mutex<[String?]>
    init(_ names: String?...) { self.names = Mutex(names) }
    func next() -> String? { names.withLock { $0.removeFirst() } }
  }

  private func restart(_ thread: AlertsThread) {
    let restart = FlowOutput.incident(FeedIncident(kind: .restarted, time: .none))
    withUnsafePointer(to: restart) { thread.offer(UnsafeBufferPointer(start: $0, count: 1)) }
  }

  @Test func whatAnotherRecordingBringsIsNeverAnAlertOfTheOneBefore() throws {
    let runs = Runs("run2", nil, "run1")
    try run(restart: { runs.next() }) { thread in
      offer(1...5, to: thread)
      restart(thread)
      offer(1...5, to: thread)
      // An earlier moment of the same recording, then the first one again.
      restart(thread)
      offer(1...6, to: thread)
      restart(thread)
      offer(1...7, to: thread)
    }
    let stored = try fixture.office().stored()
    #expect(stored.count == 13 && stored.allSatisfy { $0.occurrences == 1 })
    let names = stored.map { $0.key.prefix { $0 != "/" } }
    #expect(names == Array(repeating: "run1", count: 5) + Array(repeating: "run2", count: 6) + ["run1", "run1"])
  }

  @Test func aRestartThatFindsNoRoomIsNotPassedByWhatComesBehindIt() throws {
    let runs = Runs("run2", "run3")
    let before: (AlertsThread) -> Void = { thread in
      offer(1...10, to: thread)
      restart(thread)
      offer(11...20, to: thread)
      restart(thread)
      #expect(thread.currentStatus.missed == 16)
    }
    try run(queue: 4, restart: { runs.next() }, before: before) { thread in
      wait(thread) { $0.lastPrint > 0 && $0.pendingCount == 0 }
      offer(21...21, to: thread)
    }
    #expect(try ids().map { $0.prefix { $0 != "/" } } == ["run1", "run1", "run1", "run1", "run3"])
  }

  /// A store that has nothing yet.
  private func makeStore() throws -> SQLSession {
    let store = try SQLSession(file: fixture.folder.path("store.duckdb"), memoryLimitMegabytes: 64)
    try store.execute(
      """
      CREATE SCHEMA base;
      CREATE TABLE main.ingest_runs (run_id INTEGER, last_print_id BIGINT);
      INSERT INTO main.ingest_runs VALUES (3, 1000);
      CREATE TABLE base.instruments (id INTEGER, symbol VARCHAR, underlying VARCHAR);
      CREATE TABLE base.detections (run_id INTEGER, detection_id BIGINT, kind VARCHAR, state VARCHAR, side VARCHAR,
        effect VARCHAR, instrument INTEGER, underlying INTEGER, contracts USMALLINT, confidence DECIMAL(4,3),
        first_ts TIMESTAMP_NS, last_ts TIMESTAMP_NS, prints BIGINT, size BIGINT, premium DECIMAL(18,6),
        underlying_price DECIMAL(18,6), told_after BIGINT);
      INSERT INTO base.instruments VALUES (0, 'SPY', 'SPY');
      """)
    return store
  }

  /// In one transaction, as the store's writer does it.
  private func write(_ counts: ClosedRange<UInt32>, to store: SQLSession) throws {
    let rows = counts.map { count in
      let detection = detection(count)
      return """
        INSERT INTO base.instruments VALUES (\(count), '\(AlertingFixture.contract(500 + Int(count)))', 'SPY');
        INSERT INTO base.detections VALUES (3, \(detection.id.rawValue), 'sweep', 'open', 'buy', 'unknown', \(count), 0, 1,
          0.9, make_timestamp_ns(\(detection.firstTime.nanoseconds)), make_timestamp_ns(\(detection.lastTime.nanoseconds)),
          4, 40, 2000000, 572.14, \(detection.lastPrint));
        """
    }
    try store.transaction { () throws(StorageError) in
      for row in rows { try store.execute(row) }
      try store.execute("UPDATE main.ingest_runs SET last_print_id = 5000")
    }
  }

  private func catchUp(_ store: SQLSession, page: Int64) throws -> StoreCatchUp {
    let catchUp = try StoreCatchUp(try store.makeSession(), runID: 3, printBase: 1000)
    catchUp.pageDetections = page
    return catchUp
  }

  private func wait(_ thread: AlertsThread, forAlerts count: Int64) {
    wait(thread) { office in
      do throws(AlertRefusal) { return try office.statistics(hours: 1).alerts == count } catch { return false }
    }
  }

  private func expectStored(_ counts: ClosedRange<UInt32>) throws {
    let stored = try fixture.office().stored()
    let direct = try AlertingFixture()
    let office = try direct.office()
    try office.tellEachContract()
    office.see(counts.map { .detection(detection($0)) }, fixture.instruments)
    try office.commit()
    let wanted = try office.stored()
    #expect(stored.count == wanted.count && Set(stored.map(\.key)) == Set(wanted.map(\.key)))
    #expect(Set(stored.map(\.title)) == Set(wanted.map(\.title)))
    #expect(Set(stored.map(\.score)) == Set(wanted.map(\.score)))
  }

  /// What found no room in the queue, and what came while no alerts were kept, is read from the store.
  @Test func whatWasMissedIsReadFromTheStore() throws {
    let store = try makeStore()
    try write(1...40, to: store)
    try run(queue: 2, catchUp: try catchUp(store, page: 7)) { thread in
      offer(1...20, to: thread)
      wait(thread, forAlerts: 40)
      #expect(thread.currentStatus.missed > 0)
    }
    try expectStored(1...40)
  }

  /// What found no room to wait for the file, in spite of a store that comes later, and of one that has more than may wait.
  @Test func whatWasThrownAwayIsReadFromTheStore() throws {
    fixture.options.pendingCapacity = 30
    let store = try makeStore()
    try run(catchUp: try catchUp(store, page: 5_000)) { thread in
      var outputs = (1...200 as ClosedRange<UInt32>).map { FlowOutput.detection(detection($0)) }
      outputs.append(.print(fixture.print(3_000)))
      repeat {
        outputs.withUnsafeBufferPointer { thread.offer($0) }
        wait(thread) { $0.pendingCount == 0 }
      } while thread.currentStatus.missed == 0
      try write(1...200, to: store)
      wait(thread, forAlerts: 200)
    }
    try expectStored(1...200)
  }

  /// No flood of prints or detections takes the room of what nobody can read again.
  @Test func incidentsAreToldWhateverElseComes() throws {
    let incidents = (1...40 as ClosedRange<Int64>).map { second in
      FlowOutput.incident(
        FeedIncident(
          kind: .disconnected, time: AlertingFixture.open.adding(nanoseconds: second * 1_000_000_000_000)))
    }
    fixture.options.pendingCapacity = 0
    try run(queue: 2) { thread in
      offer(1...100, to: thread)
      incidents.withUnsafeBufferPointer { thread.offer($0) }
      wait(thread, forAlerts: 40)
    }
    #expect(try fixture.office().stored().allSatisfy { $0.rule == "data" })
  }
}

struct MissedOutputsTests {
  private let second: Int64 = 1_000_000_000

  @Test func aStretchIsSpokenOfTwice() {
    var missed = MissedOutputs(after: 7)
    #expect(missed.ended(now: 0, isLast: true) == nil)
    #expect(missed.note(count: 0, before: 9, told: 9, now: 0) == false && missed.after == 7)
    // Full, read, full again, several times a second.
    for turn in 1...100 as ClosedRange<Int64> {
      let isBeginning = missed.note(count: 10 * turn, before: 10 * turn, told: 20 * turn, now: turn * second / 4)
      #expect(isBeginning == (turn == 1) && missed.after == (turn == 1 ? 7 : 10 * turn) && missed.through == 20 * turn)
      #expect(missed.ended(now: turn * second / 4, isLast: false) == nil)
      missed.caughtUp()
      #expect(missed.ended(now: turn * second / 4, isLast: false) == nil)
    }
    #expect(missed.ended(now: 29 * second, isLast: false) == nil)
    #expect(missed.ended(now: 30 * second, isLast: false) == 1_000)
    #expect(missed.ended(now: 31 * second, isLast: true) == nil)
    let isBeginning = missed.note(count: 1_001, before: 2_000, told: 2_001, now: 32 * second)
    #expect(isBeginning && missed.ended(now: 99 * second, isLast: true) == nil)
    missed.caughtUp()
    #expect(missed.ended(now: 32 * second, isLast: true) == 1)
  }

  /// The place from which it was missed first counts until it was read.
  @Test func theFirstPlaceCounts() {
    var missed = MissedOutputs(after: nil)
    _ = missed.note(count: 1, before: 50, told: 60, now: 0)
    _ = missed.note(count: 2, before: 55, told: 58, now: 1)
    #expect(missed.after == 50 && missed.through == 60)
  }
}
