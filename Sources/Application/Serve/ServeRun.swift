import Clocks
import Feeds
import FlowEngine
import Journal
import Lake
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
  private let flow = Exchange<FlowReport>()
  private let gauges = IngestGauges()
  private let inbox = InjectionInbox()
  /// What the engine concludes by; part of what names a stored recording.
  private let rules = FlowConfiguration.product
  private let writer: StoreWriter?
  /// Nil when storage or the lake is off.
  private let lake: LakeWriter?
  private let engine: EngineThread
  /// Nil when it is switched off.
  private let positioning: PositioningThread?
  private let feed: FeedThread
  private let server: Server
  /// Nil when the source is no recording.
  private let control: PlayControl?
  /// Answers SQL; nil without a store.
  private let statements: QueryRunner?
  /// Tells `query` whom to ask; nil without a store.
  private let address: ServerAddress?
  /// Nil when the source is no live one.
  private let live: PolygonFeed?
  /// Nil when the source is not recorded.
  private let record: LiveRecord?
  private let keeper: SnapshotKeeper?
  private let alerts: ServeAlerts

  /// Opens the store and prepares everything. No source, engine or writer runs and nothing is written before `start()`.
  init(settings: Settings, pageDirectory: String?, log: Log) throws {
    self.settings = settings
    self.log = log
    let store = try ServeRun.openStore(settings, log)
    source = try ServeSource(
      settings: settings, lastStoredTime: ServeRun.lastStoredTime(store, settings, log),
      now: Timestamp(nanoseconds: SystemClock.wallNanoseconds))
    record = try LiveRecord.open(source, settings, store: store, rules: rules, log: log)
    writer = try store?.makeWriter(instruments: instruments, log: log)
    lake = try ServeRun.openLake(settings, store, writer, log)
    let ingest = record?.journal.archive.ingestSource() ?? source.ingestSource(configuration: rules)
    let run = try writer?.reserve(ingest, startingAt: record?.plan.start ?? .start)
    let chains = Exchange<FlowSnapshot>()
    let positioning =
      settings.positioningSeconds == 0
      ? nil
      : PositioningThread(
        PositioningThread.Connections(
          instruments: instruments, snapshots: chains, greeks: rules.greeks ?? GreeksRule(),
          intervalMilliseconds: Int32(settings.positioningSeconds * 1000)))
    self.positioning = positioning
    let control =
      source.mode == .replay
      ? PlayControl(
        speed: settings.replaySpeed, window: settings.replayWindow, day: source.recordedDay, bell: inbox.bell) : nil
    self.control = control
    let epoch = String(SystemClock.wallNanoseconds, radix: 36)
    alerts = try ServeAlerts(
      settings, source, ingest: ingest, run: run, store: store, instruments: instruments, positioning: positioning,
      control: control, epoch: epoch, log: log)
    engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: publisher, snapshots: snapshots, positioning: chains, flow: flow, store: writer,
        storePatience: source.storePatience(isRecorded: record != nil), gauges: gauges,
        alerts: alerts.thread, mayStartAgain: source.mode == .replay))
    feed = FeedThread(
      options: FeedThread.Options(
        speed: ServeRun.speed(source, settings), warmUp: source.warmUp, control: control), ring: events,
      engineBell: engine.bell,
      gauges: gauges, inbox: inbox, log: log)
    var configuration = ServerConfiguration(
      epoch: epoch, versions: .ofThisBuild)
    configuration.host = settings.host
    configuration.port = Int(settings.port)
    configuration.names = settings.names
    configuration.staticDirectory = pageDirectory
    configuration.printBase = (run?.firstPrintID ?? 1) - 1
    configuration.mode = source.mode
    if case .polygon(let settings, _, _) = source {
      live = try PolygonFeed(settings, bell: inbox.bell, log: log)
    } else {
      live = nil
    }
    keeper = record.map { [gauges, rules] in SnapshotKeeper($0, gauges: gauges, rules: rules, log: log) }
    if let plan = record?.plan {
      configuration.before = OutputsBefore(
        lastPrint: plan.start.prints, cancellations: plan.snapshot?.cancellationsCounted ?? 0)
    }
    let facts = HealthGathering(
      source: source, control: control, live: live, gauges: gauges, events: events, publisher: publisher,
      writer: writer, record: record,
      keeper: keeper, lake: lake, positioning: positioning, alerts: alerts)
    var openStore: (@Sendable () throws -> StoreReader)?
    if let store { openStore = { try store.makeReader() } }
    var board: (@Sendable () -> PositioningBoard)?
    if let positioning { board = { positioning.board } }
    address = store.map { ServerAddress(database: $0.options.path) }
    statements = store.map { ServeRun.queryRunner($0, settings) }
    let (inbox, source) = (inbox, source)
    server = Server(
      configuration: configuration,
      connections: ServerConnections(
        instruments: instruments, outputs: publisher, snapshots: snapshots, flow: flow,
        facts: { facts.gather() },
        inject: { ReplayPolicy.inject($0, inbox, control, stores: store != nil) },
        replay: control.map { ReplayPolicy.player($0, inbox, stores: store != nil) },
        recordings: ReplayPolicy.recordings(source, control, in: DataDirectory(path: settings.dataDirectory)),
        statements: statements,
        positioning: board, alerts: alerts.thread),
      openStore: openStore, log: log)
  }

  /// The page's address; after `start()`.
  var url: String { server.url }
  var sourceSummary: String { source.summary }

  /// - Throws: when the alerts' file or the port cannot be had; then nothing was played and no message has gone.
  func start() throws {
    try alerts.start()
    do {
      try server.start()
      try address?.publish(server.url)
    } catch {
      // Threads of both wait already, and would keep the databases open.
      server.stop()
      alerts.stop()
      throw error
    }
    alerts.startSending()
    writer?.start()
    lake?.start()
    if let record {
      engine.start(try record.makeEngine(rules, instruments))
    } else {
      engine.start(FlowEngine(configuration: rules, instruments: instruments))
    }
    positioning?.start()
    log.info("engine", "ready", ["instruments": "\(instruments.capacity)", "event_ring": "\(events.capacity)"])
    switch source {
    case .demo(let settings):
      feed.start(instruments: instruments) { [instruments] in DemoFeed(settings: settings, instruments: instruments) }
    case .replay(let path, _, _):
      feed.start(instruments: instruments) { [instruments] in try ReplayFile(path: path, instruments: instruments) }
    case .replayDay(let day): feed.start(day, instruments: instruments)
    case .polygon:
      guard let live else { preconditionFailure("ServeRun: a live source without its feed") }
      try start(live)
    }
  }

  private func start(_ live: PolygonFeed) throws {
    guard let record, let keeper else {
      feed.start(instruments: instruments) { [instruments] in
        live.makeSource(instruments: instruments, memory: LiveMemory(instruments: instruments))
      }
      try live.start()
      return
    }
    record.journal.start()
    keeper.start()
    feed.start(
      instruments: instruments, recovering: JournalRecovery(record: record, log: log),
      onRefusal: { [gauges] error in
        gauges.noteRefusal(error)
        StopSignal.send()
      },
      { [instruments] memory in
        let standing = memory.standing
        let source = live.makeSource(instruments: instruments, memory: memory)
        // Not before: what the vendor sends meanwhile could be told from nothing that was recorded.
        try live.start(from: standing)
        return source
      })
  }

  /// Waits for the demo's quick beginning, some seconds. A journal that is played first may take longer; /health and the page
  /// show how far that is.
  func waitUntilWarm() {
    if record == nil { feed.waitUntilWarm(timeoutMilliseconds: 15_000) }
  }

  /// Stops from the source on, so that what is under way reaches the disk.
  /// - Returns: what became of what was received, in words.
  /// - Throws: why the process could not go on, or what could not be written.
  func stop() throws -> String {
    // A query's view of the store would stand in the way of the last checkpoint.
    statements?.stop()
    // Asked before the feed says that it has ended.
    let isCaughtUp = record != nil && gauges.isStreaming
    live?.stop()
    feed.stop()
    keeper?.stop()
    record?.journal.close()
    positioning?.stop()
    engine.stop()
    alerts.stop()
    defer {
      address?.withdraw()
      server.stop()
    }
    // After the writer, whether or not it could write everything.
    defer { lake?.close() }
    if let refusal = gauges.refusal {
      try writer?.close(finished: false)
      throw refusal
    }
    guard let writer else { return "storage was off, nothing is stored" }
    let dropped = writer.counters.lostOutputs
    // What stands behind the stretch that was played is not stored.
    let isWhole = gauges.digest != nil && settings.replayWindow.to == nil
    try writer.close(finished: (isWhole || isCaughtUp) && dropped == 0)
    let leftOut = writer.counters.leftOutPrints
    let gaps = live.map { ServeRun.words(of: $0.status.backfill) } ?? ""
    if dropped == 0, leftOut == 0 { return "everything received is stored" + gaps }
    return "\(dropped) outputs and \(leftOut) prints entered by hand are not stored" + gaps
  }

  /// What a stop says of gaps; nothing when there are none.
  private static func words(of backfill: BackfillState) -> String {
    func count(_ gaps: Int) -> String { "\(gaps) gap\(gaps == 1 ? " is" : "s are")" }
    let unfilled = Int(backfill.gapsUnfilled)
    let open = backfill.waiting.count + backfill.running.count
    return (unfilled == 0 ? "" : "; \(count(unfilled)) not filled, see feed_gaps")
      + (open == 0 ? "" : "; \(count(open)) still open, the next start asks for them again")
  }

  /// Where the demo stopped last; nil when that is not known or does not matter.
  private static func lastStoredTime(_ store: Store?, _ settings: Settings, _ log: Log) -> Timestamp? {
    guard let store, case .demo = settings.source else { return nil }
    do {
      return try store.makeReader().latestPrintTime()
    } catch {
      log.warning("storage", "the demo starts its day anew, its last stored moment cannot be read: \(error)")
      return nil
    }
  }

  /// What a recording's pace is stands in its control.
  private static func speed(_ source: ServeSource, _ settings: Settings) -> Double? {
    if case .demo = source { settings.demoSpeed } else { nil }
  }

  private static func openStore(_ settings: Settings, _ log: Log) throws -> Store? {
    guard settings.isStorageEnabled else {
      log.info("storage", "off; prints live in memory only")
      return nil
    }
    if case .replayDay = settings.source {
      log.info("storage", "off; a recorded day that is played again is not stored")
      return nil
    }
    let directory = DataDirectory(path: settings.dataDirectory)
    try directory.create()
    var path = directory.database
    if case .demo = settings.source { path = directory.demoDatabase }
    let store = try Store(StoreOptions(path: path))
    log.info(
      "storage", "opened \(path)", ["schema": "\(Store.schemaVersion)", "duckdb": Store.duckdbVersion])
    return store
  }
}

extension ServeRun {
  /// Answers SQL about the store and the lake that belongs to it: the invented market has its own.
  private static func queryRunner(_ store: Store, _ settings: Settings) -> QueryRunner {
    let directory = DataDirectory(path: settings.dataDirectory)
    var lake = directory.lake
    if case .demo = settings.source { lake = directory.demoLake }
    return QueryRunner(
      store: store, lakeDirectory: lake, scratchDirectory: directory.path, executable: WorkerExecutable.path)
  }

  /// The lake reads what the writer has written; it waits while the writer has much to do.
  private static func openLake(
    _ settings: Settings, _ store: Store?, _ writer: StoreWriter?, _ log: Log
  ) throws -> LakeWriter? {
    guard let store, let writer,
      let options = settings.lake.options(
        source: settings.source, directory: DataDirectory(path: settings.dataDirectory))
    else { return nil }
    return try LakeWriter(
      options, store: store, isStoreBusy: { writer.queueDepth > writer.queueCapacity / 4 }, log: log)
  }
}
