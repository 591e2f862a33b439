import Alerting
import FlowEngine
import Logging
import MarketModel
import Rings
import Storage
import Transport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a server is set up.
public struct ServerConfiguration: Sendable {
  /// Address to listen on.
  public var host = "127.0.0.1"
  /// 0 takes any free port.
  public var port = 8000
  /// Names that requests may come by beside this machine's own, in lower case; nil takes any when `host` is not this machine alone.
  public var names: [String]?
  /// Directory of the page; nil for none.
  public var staticDirectory: String?
  /// Users see this number + `LabeledPrint.number` as id: `IngestRun.firstPrintID - 1`, 0 without a store.
  public var printBase: Int64 = 0
  /// What the engine had given out before.
  public var before = OutputsBefore()
  /// Where the data come from.
  public var mode = HealthFacts.Mode.demo
  /// Must differ from start to start, so that clients know that numbers began anew.
  public var epoch: String
  public var versions: ComponentVersions
  /// Prints kept in memory; fewer in tests only.
  var recentPrints = Limits.recentPrints

  public init(epoch: String, versions: ComponentVersions) {
    self.epoch = epoch
    self.versions = versions
  }
}

/// What an engine that begins in the middle of a source had given out before.
public struct OutputsBefore: Sendable {
  /// Number of its newest print.
  public var lastPrint: Int64
  /// Cancellations that its counters know of.
  public var cancellations: Int64

  public init(lastPrint: Int64 = 0, cancellations: Int64 = 0) {
    self.lastPrint = lastPrint
    self.cancellations = cancellations
  }
}

/// What the server is joined to.
public struct ServerConnections: Sendable {
  public var instruments: InstrumentTable
  /// The engine's outputs for the publisher; the server is the only consumer.
  public var outputs: SPSCRing<FlowOutput>
  /// Lends snapshots to the engine; the server is the only reader.
  public var snapshots: Exchange<FlowSnapshot>
  /// Lends order-flow reports to the engine, likewise; nil when none are made.
  public var flow: Exchange<FlowReport>?
  /// What other threads know of themselves; called on the network thread some times a second, must not wait.
  public var facts: @Sendable () -> HealthFacts
  /// Hands an injected trade to the feed; called on the network thread, must not wait. Nil when nothing may be injected.
  public var inject: (@Sendable (InjectedTrade) -> InjectionOutcome)?
  /// The player of a recording; nil when the source is none.
  public var replay: ReplayPlayer?
  /// What was recorded; nil when nobody knows.
  public var recordings: RecordedDays?
  /// Answers SQL; nil when none is answered.
  public var statements: QueryRunner?
  /// Where dealers stand, as last worked out; called on the network thread, must not wait. Nil when nobody works it out.
  public var positioning: (@Sendable () -> PositioningBoard)?
  /// Keeps the alerts; nil when none are kept.
  public var alerts: AlertsThread?

  public init(
    instruments: InstrumentTable, outputs: SPSCRing<FlowOutput>, snapshots: Exchange<FlowSnapshot>,
    flow: Exchange<FlowReport>? = nil, facts: @escaping @Sendable () -> HealthFacts,
    inject: (@Sendable (InjectedTrade) -> InjectionOutcome)? = nil,
    replay: ReplayPlayer? = nil, recordings: RecordedDays? = nil, statements: QueryRunner? = nil,
    positioning: (@Sendable () -> PositioningBoard)? = nil,
    alerts: AlertsThread? = nil
  ) {
    self.instruments = instruments
    self.outputs = outputs
    self.snapshots = snapshots
    self.flow = flow
    self.facts = facts
    self.inject = inject
    self.replay = replay
    self.recordings = recordings
    self.statements = statements
    self.positioning = positioning
    self.alerts = alerts
  }
}

/// The HTTP and WebSocket server of a run.
public final class Server: Sendable {
  private let http: HTTPServer
  private let history: QueryThread?
  private let statements: StatementThread?
  private let recordings: RecordedDaysDesk?

  /// - Parameter openStore: makes the reader for prints that left memory; called on the query thread when it is first
  ///   needed, and again after it failed. Nil without a store.
  public init(
    configuration: ServerConfiguration, connections: ServerConnections,
    openStore: (@Sendable () throws -> StoreReader)? = nil, log: Log
  ) {
    let history = openStore.map { open in QueryThread(log: log) { try open() } }
    self.history = history
    let statements = connections.statements.map { StatementThread($0) }
    self.statements = statements
    let recordings = connections.recordings.map { RecordedDaysDesk($0, player: connections.replay) }
    self.recordings = recordings
    var transport = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
    transport.maximumBodyBytes = Limits.requestBodyBytes
    transport.maximumMessageBytes = Limits.clientRequestHardBytes
    transport.maximumQueuedFrames = 4 * Limits.clientMessages
    transport.maximumQueuedBytes = 4 * Limits.clientBytes
    let files = StaticFiles(directory: configuration.staticDirectory)
    if let directory = configuration.staticDirectory, files.count == 0 {
      log.warning("server", "\(directory) has no files: / answers 404; wanted the directory of the page")
    }
    http = HTTPServer(
      configuration: transport,
      application: Server.application(configuration, connections, files, history, statements, recordings), log: log)
  }

  private static func application(
    _ configuration: ServerConfiguration, _ connections: ServerConnections, _ files: StaticFiles,
    _ history: QueryThread?, _ statements: StatementThread?, _ recordings: RecordedDaysDesk?
  ) -> sending HTTPApplication {
    let identity = ServerIdentity(
      mode: configuration.mode, epoch: configuration.epoch, versions: configuration.versions)
    let core = ServerCore(
      model: ReadModel(
        instruments: connections.instruments, printBase: configuration.printBase,
        recentPrints: configuration.recentPrints, before: configuration.before), identity: identity,
      outputs: connections.outputs, snapshots: connections.snapshots, flow: connections.flow,
      facts: connections.facts,
      clocks: .system, news: connections.alerts?.news)
    let router = Router(
      model: core.model, version: configuration.versions.marketflow, files: files, history: history,
      statements: statements, health: { core.health() }, inject: connections.inject,
      replay: connections.replay, recordings: recordings,
      positioning: PositioningRoute(
        board: connections.positioning, monotonicNanoseconds: ServerClocks.system.monotonicNanoseconds),
      alerts: connections.alerts, flow: core.flow)
    return HTTPApplication(
      core: core, router: router, hosts: HostRule(listeningOn: configuration.host, names: configuration.names))
  }

  /// Opens the port; when it returns, clients can connect.
  /// - Throws: `TransportError` when the address cannot be had, in words.
  public func start() throws(TransportError) { try http.start() }

  /// The port that was taken; 0 before `start()`.
  public var port: Int { http.port }

  /// `http://127.0.0.1:8000`.
  public var url: String { http.url }

  /// Takes leave of the clients and joins the threads. Calling it again does nothing.
  public func stop() {
    http.stop()
    statements?.stop()
    recordings?.stop()
    history?.stop()
  }
}
