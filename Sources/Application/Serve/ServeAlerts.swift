import Alerting
import Clocks
import Logging
import MarketModel
import Server
import Storage
import Synchronization

/// The alerts of a run: their file, their thread, what they catch up from, and who sends their messages.
final class ServeAlerts: Sendable {
  let thread: AlertsThread
  /// Nil for a run that keeps nothing.
  private let path: String?
  private let directory: String
  private let options: AlertOptions
  private let channels: [ChannelConfiguration]
  /// Of the open file, until somebody sends by it.
  private let outbox = Mutex<SQLSession?>(nil)
  private let dispatcher = Mutex<OutboxDispatcher?>(nil)
  private let log: Log

  /// - Parameters:
  ///   - ingest: names what is played or recorded.
  ///   - run: its place in the store; nil without one.
  ///   - positioning: what sees levels crossed; nil when nobody works them out.
  ///   - control: of a recording; nil for what is none.
  ///   - epoch: names this start, for a source that cannot be played again.
  init(
    _ settings: Settings, _ source: ServeSource, ingest: IngestSource, run: IngestRun?, store: Store?,
    instruments: InstrumentTable, positioning: PositioningThread?, control: PlayControl?, epoch: String, log: Log
  ) throws(StorageError) {
    var options = AlertOptions(run: ServeAlerts.run(ingest, epoch: epoch))
    options.channels = settings.alertChannels.map(\.name)
    options.tellsOutside = ServeAlerts.tellsOutside(source, options.tellsOutside)
    self.options = options
    var connections = AlertsThread.Connections(instruments: instruments)
    if let positioning { connections.crossings = { positioning.takeLevelCrossings() } }
    if let control {
      connections.restart = {
        control.takeRestart().map { ServeAlerts.run(ServeSource.playedAgain($0), epoch: epoch) }
      }
    }
    if let store, let run {
      connections.catchUp = try StoreCatchUp(
        try store.makeSession(), runID: run.runID, printBase: run.firstPrintID - 1)
    }
    thread = AlertsThread(connections, news: AlertNews(), log: log)
    let data = DataDirectory(path: settings.dataDirectory)
    directory = data.path
    path = store.map { _ in source.mode == .demo ? data.demoAlerts : data.alerts }
    channels = settings.alertChannels
    self.log = log
  }

  private static func run(_ ingest: IngestSource, epoch: String) -> String {
    ingest.resumable ? ingest.fingerprint : "\(ingest.fingerprint)@\(epoch)"
  }

  /// The invented market's time is its own; a recording's alerts are for the page only.
  private static func tellsOutside(_ source: ServeSource, _ standard: TellingOutside) -> TellingOutside {
    switch source {
    case .demo: .always
    case .replay, .replayDay: .never
    case .polygon: standard
    }
  }

  /// Opens the file, and begins to take what comes. No message goes before `startSending()`.
  /// - Throws: `StorageError` when the file cannot be had.
  func start() throws(StorageError) {
    let database =
      if let path { try AlertDatabase(path: path) } else { try AlertDatabase(inMemoryBeside: directory) }
    let office = try AlertOffice(
      database, options: options, clock: { Timestamp(nanoseconds: SystemClock.wallNanoseconds) }, news: thread.news)
    let outbox = try database.session.makeSession()
    self.outbox.withLock { $0 = outbox }
    office.onMessages = { [weak self] in self?.wakeDispatcher() }
    thread.start(office)
    log.info("alerts", "kept in \(database.path)")
  }

  /// Sends what the file holds, and what is to come.
  func startSending() {
    let session = outbox.withLock { outbox in
      defer { outbox = nil }
      return outbox
    }
    guard let session else { preconditionFailure("ServeAlerts: startSending() without start(), or twice") }
    dispatcher.withLock { $0 = OutboxDispatcher(session: session, channels: channels, log: log) }
  }

  private func wakeDispatcher() { dispatcher.withLock { $0?.wake() } }

  /// How alerts and their messages do; any thread.
  var facts: AlertsFacts {
    AlertsFacts(thread: thread.currentStatus, channels: dispatcher.withLock { $0?.statistics ?? [] })
  }

  /// Stores what has come; the engine must have stopped before.
  func stop() {
    thread.stop()
    outbox.withLock { $0 = nil }
    let running = dispatcher.withLock { dispatcher in
      defer { dispatcher = nil }
      return dispatcher
    }
    running?.stop()
  }
}
