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
    queue: Int = 1024, catchUp: StoreCatchUp? = nil, _ body: (AlertsThread) throws -> Void
  ) throws {
    var connections = AlertsThread.Connections(instruments: fixture.instruments, catchUp: catchUp)
    connections.queueCapacity = queue
    let news = AlertNews()
    let thread = AlertsThread(connections, news: news, log: Log(minimumLevel: .critical))
    let office = try AlertOffice(
      AlertDatabase(path: fixture.file), options: fixture.options, clock: { AlertingFixture.open }, news: news)
    try office.tellEachContract()
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

  /// What found no room in the queue, and what came while no alerts were kept, is read from the store.
  @Test func whatWasMissedIsReadFromTheStore() throws {
    let path = fixture.folder.path("store.duckdb")
    let store = try SQLSession(file: path, memoryLimitMegabytes: 64)
    try store.execute(
      """
      CREATE SCHEMA base;
      CREATE TABLE main.ingest_runs (run_id INTEGER, last_print_id BIGINT);
      INSERT INTO main.ingest_runs VALUES (3, 5000);
      CREATE TABLE base.instruments (id INTEGER, symbol VARCHAR, underlying VARCHAR);
      CREATE TABLE base.detections (run_id INTEGER, detection_id BIGINT, kind VARCHAR, state VARCHAR, side VARCHAR,
        effect VARCHAR, instrument INTEGER, underlying INTEGER, contracts USMALLINT, confidence DECIMAL(4,3),
        first_ts TIMESTAMP_NS, last_ts TIMESTAMP_NS, prints BIGINT, size BIGINT, premium DECIMAL(18,6),
        underlying_price DECIMAL(18,6), told_after BIGINT);
      INSERT INTO base.instruments VALUES (0, 'SPY', 'SPY');
      """)
    for count in 1...40 as ClosedRange<UInt32> {
      let detection = detection(count)
      try store.execute(
        """
        INSERT INTO base.instruments VALUES (\(count), '\(AlertingFixture.contract(500 + Int(count)))', 'SPY');
        INSERT INTO base.detections VALUES (3, \(detection.id.rawValue), 'sweep', 'open', 'buy', 'unknown', \(count), 0, 1,
          0.9, make_timestamp_ns(\(detection.firstTime.nanoseconds)), make_timestamp_ns(\(detection.lastTime.nanoseconds)),
          4, 40, 2000000, 572.14, \(detection.lastPrint));
        """)
    }
    let catchUp = try StoreCatchUp(try store.makeSession(), runID: 3, printBase: 1000)
    try run(queue: 2, catchUp: catchUp) { thread in
      offer(1...20, to: thread)
      wait(thread) { office in
        do throws(AlertRefusal) { return try office.statistics(hours: 1).alerts == 40 } catch { return false }
      }
      #expect(thread.currentStatus.missed > 0)
    }
    let stored = try fixture.office().stored()
    let direct = try AlertingFixture()
    let office = try direct.office()
    try office.tellEachContract()
    office.see((1...40).map { .detection(detection(UInt32($0))) }, fixture.instruments)
    try office.commit()
    let wanted = try office.stored()
    #expect(Set(stored.map(\.key)) == Set(wanted.map(\.key)))
    #expect(Set(stored.map(\.title)) == Set(wanted.map(\.title)))
    #expect(Set(stored.map(\.score)) == Set(wanted.map(\.score)))
  }
}
