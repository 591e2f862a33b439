import Clocks
import Feeds
import FlowEngine
import Logging
import MarketModel
import Rings
import Server
import Storage
import Synchronization

/// One run of `serve`: wires the road, starts it from its end so that nothing is sent to somebody who is not there yet, and
/// takes it down from its beginning so that nothing under way is lost.
final class ServeRun {
  private let source: ServeSource
  private let settings: Settings
  private let log: Log
  private let instruments = InstrumentTable()
  private let events = SPSCRing<MarketEvent>(capacity: Limits.eventRing)
  private let publisher = SPSCRing<FlowOutput>(capacity: Limits.publisherRing)
  private let snapshots = Exchange<FlowSnapshot>()
  private let gauges = IngestGauges()
  private let inbox = InjectionInbox()
  private let writer: StoreWriter?
  private let engine: EngineThread
  private let feed: FeedThread
  private let server: Server

  /// Opens the store and prepares everything; nothing runs yet.
  init(settings: Settings, pageDirectory: String?, log: Log) throws {
    self.settings = settings
    self.log = log
    let store = try ServeRun.openStore(settings, log)
    let lastStored = try store?.makeReader().latestPrintTime()
    source = try ServeSource(
      settings: settings, lastStoredTime: lastStored ?? nil, now: Timestamp(nanoseconds: SystemClock.wallNanoseconds))
    writer = try store?.makeWriter(instruments: instruments, log: log)
    let run = try writer?.begin(source.ingestSource)
    if let run, run.storedOutputs > 0 {
      log.info(
        "storage",
        "\(source.summary) is \(run.isComplete ? "stored already; nothing is added" : "stored in part; the rest is added")",
        ["run": "\(run.runID)", "outputs": "\(run.storedOutputs)"])
    }
    engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: publisher, snapshots: snapshots, store: writer, waitsForStore: source.canWait,
        gauges: gauges))
    feed = FeedThread(
      options: FeedThread.Options(speed: ServeRun.speed(source, settings), warmUp: source.warmUp), ring: events, engineBell: engine.bell,
      gauges: gauges, inbox: inbox, log: log)
    var configuration = ServerConfiguration(
      epoch: String(SystemClock.wallNanoseconds, radix: 36), versions: .ofThisBuild)
    configuration.host = settings.host
    configuration.port = Int(settings.port)
    configuration.staticDirectory = pageDirectory
    configuration.printBase = (run?.firstPrintID ?? 1) - 1
    configuration.mode = source.mode
    let facts = HealthGathering(
      source: source, gauges: gauges, events: events, publisher: publisher, writer: writer)
    var openStore: (@Sendable () throws -> StoreReader)?
    if let store { openStore = { try store.makeReader() } }
    let inbox = inbox
    server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: instruments, outputs: publisher, snapshots: snapshots, facts: { facts.gather() },
        inject: { inbox.offer($0) }), openStore: openStore, log: log)
  }

  /// The page's address; after `start()`.
  var url: String { server.url }
  var sourceSummary: String { source.summary }

  func start() throws {
    try server.start()
    engine.start(configuration: FlowConfiguration(), instruments: instruments)
    log.info("engine", "ready", ["instruments": "\(instruments.capacity)", "event_ring": "\(events.capacity)"])
    switch source {
    case .demo(let settings):
      feed.start(instruments: instruments) { [instruments] in DemoFeed(settings: settings, instruments: instruments) }
    case .replay(let path, _, _):
      feed.start(instruments: instruments) { [instruments] in try ReplayFile(path: path, instruments: instruments) }
    }
  }

  /// Stops from the source on, so that what is under way reaches the disk.
  /// - Returns: outputs that are not in the store because it had no room for them, now or earlier.
  func stop() throws -> Int64 {
    feed.stop()
    engine.stop()
    defer { server.stop() }
    try writer?.close(finished: gauges.digest != nil && gauges.storeDropped == 0)
    return gauges.storeDropped
  }

  private static func speed(_ source: ServeSource, _ settings: Settings) -> Double? {
    if case .demo = source { return settings.demoSpeed }
    switch settings.replaySpeed {
    case .times(let factor): return factor
    case .maximum: return nil
    }
  }

  private static func openStore(_ settings: Settings, _ log: Log) throws -> Store? {
    guard settings.isStorageEnabled else {
      log.info("storage", "off; prints live in memory only")
      return nil
    }
    let directory = DataDirectory(path: settings.dataDirectory)
    try directory.create()
    let store = try Store(StoreOptions(path: directory.database))
    log.info(
      "storage", "opened \(directory.database)", ["schema": "\(Store.schemaVersion)", "duckdb": Store.duckdbVersion])
    return store
  }
}

/// Asks every part how it is, without making any of them wait.
private struct HealthGathering: Sendable {
  let source: ServeSource
  let gauges: IngestGauges
  let events: SPSCRing<MarketEvent>
  let publisher: SPSCRing<FlowOutput>
  let writer: StoreWriter?

  func gather() -> HealthFacts {
    HealthFacts(
      ingest: gauges.ingest(source: source.summary, subscribed: source.subscribed),
      events: HealthFacts.Queue(depth: events.count, capacity: events.capacity),
      storageQueue: writer.map { HealthFacts.Queue(depth: $0.queueDepth, capacity: $0.queueCapacity) }
        ?? HealthFacts.Queue(),
      publisher: HealthFacts.Queue(depth: publisher.count, capacity: publisher.capacity),
      publisherSkipped: gauges.publisherSkipped, storage: storage(), digest: gauges.digest.map { String($0, radix: 16) }
    )
  }

  private func storage() -> HealthFacts.Storage {
    guard let writer else { return HealthFacts.Storage() }
    let counters = writer.counters
    return HealthFacts.Storage(
      enabled: true, path: writer.path, schemaVersion: Store.schemaVersion, rowsWritten: counters.rowsWritten,
      lagMilliseconds: counters.lagMilliseconds,
      lastFlush: counters.lastFlushNanoseconds.map { Timestamp(nanoseconds: $0) } ?? .none, flushes: counters.flushes,
      dropped: gauges.storeDropped, error: counters.errorText)
  }
}
