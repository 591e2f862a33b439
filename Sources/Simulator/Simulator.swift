import Feeds
import Logging
import MarketModel
import Synchronization
import Transport

/// A vendor on this machine: the WebSocket and REST service of Polygon/Massive on one loopback port, from the demo market or a
/// recording.
///
///     let simulator = try Simulator(options: options, log: log)
///     try simulator.start()
///     …
///     simulator.stop()
public final class Simulator: Sendable {
  private let options: SimulatorOptions
  private let market: PlayedMarket
  private let outbox = Outbox()
  private let counters = FaultCounters()
  private let gauges = SocketGauges()
  private let playback: Playback
  private let rest: RESTThread
  private let server: HTTPServer
  private let sourceName: String

  /// Opens nothing but a recorded file, to look at it.
  /// - Throws: `ReplayFileError` when the recording cannot be read.
  public init(options: SimulatorOptions, log: Log) throws {
    self.options = options
    switch options.tape {
    case .demo(let settings): sourceName = "demo seed \(settings.seed)"
    case .file(let path):
      // Opened here for its errors, again on the player's thread to be read.
      sourceName = try ReplayFile(path: path, instruments: InstrumentTable(capacity: 1_024)).summary
    }
    let (outbox, counters, gauges, name) = (outbox, counters, gauges, sourceName)
    let market = PlayedMarket(instruments: InstrumentTable(), quotesKept: options.quotesKept)
    let running = RunningParts()
    let router = RESTRouter(
      market: market, options: options,
      clock: {
        let isPlaying = running.playback?.status == .playing
        return market.withState { MarketClock(options: options).now($0, isPlaying: isPlaying) }
      },
      facts: {
        Simulator.summary(
          name, market, outbox, counters, gauges, status: running.playback?.status ?? .preparing,
          requests: running.rest?.requests ?? 0)
      })
    rest = RESTThread(router: router, faults: options.faults, counters: counters)
    var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: options.port)
    configuration.maximumQueuedFrames = SimulatorLimits.queuedFrames + 64
    configuration.maximumQueuedBytes = options.queuedBytes + (1 << 20)
    configuration.maximumMessageBytes = 1 << 20
    configuration.sendBufferBytes = 1 << 20
    configuration.tickMilliseconds = 5
    let hub = SocketHub(options: options, outbox: outbox, counters: counters, gauges: gauges)
    server = HTTPServer(
      configuration: configuration, application: SimulatorApplication(hub: hub, rest: rest), log: log)
    let server = server
    playback = Playback(options: options, market: market, outbox: outbox, counters: counters, log: log) {
      server.wake()
    }
    self.market = market
    running.set(playback, rest)
  }

  /// Opens the port and begins to play, at once or when clients have come.
  public func start() throws(TransportError) {
    try server.start()
    rest.start()
    playback.start()
  }

  /// Stops playing, takes leave of the clients.
  public func stop() {
    playback.stop()
    rest.stop()
    server.stop()
  }

  public var port: Int { server.port }

  /// `http://127.0.0.1:8765`, for REST; the sockets are at `ws://127.0.0.1:8765/options` and `/stocks`.
  public var url: String { server.url }

  /// `demo seed 1`, `replay day.ndjson.gz`.
  public var source: String { sourceName }

  /// What was played so far.
  public var summary: SimulatorSummary {
    Simulator.summary(sourceName, market, outbox, counters, gauges, status: playback.status, requests: rest.requests)
  }

  private static func summary(
    _ name: String, _ market: PlayedMarket, _ outbox: Outbox, _ counters: FaultCounters, _ gauges: SocketGauges,
    status: Playback.Status, requests: Int
  ) -> SimulatorSummary {
    let isSent = outbox.isEmpty
    return market.withState { state in
      SimulatorSummary(
        source: name, status: status.name, time: state.time, trades: state.totals.trades,
        quotes: state.totals.quotes, droppedTrades: state.totals.droppedTrades,
        droppedQuotes: state.totals.droppedQuotes,
        tradesByTicker: state.histories.filter { $0.playedTrades > 0 }.map { ($0.symbol, $0.playedTrades) },
        framesSent: gauges.frames.load(ordering: .relaxed), isSent: isSent,
        connections: gauges.connections.load(ordering: .relaxed), subscribers: outbox.subscribers,
        slowConsumers: gauges.slowConsumers.load(ordering: .relaxed), requests: requests, faults: counters)
    }
  }
}

/// What routes ask that is made after them.
private final class RunningParts: Sendable {
  private struct Parts {
    weak var playback: Playback?
    weak var rest: RESTThread?
  }
  private let parts = Mutex(Parts())

  var playback: Playback? { parts.withLock { $0.playback } }
  var rest: RESTThread? { parts.withLock { $0.rest } }

  func set(_ playback: Playback, _ rest: RESTThread) {
    parts.withLock { $0 = Parts(playback: playback, rest: rest) }
  }
}

/// The network thread's view.
private final class SimulatorApplication: ServerApplication {
  private let hub: SocketHub
  private let rest: RESTThread

  init(hub: SocketHub, rest: RESTThread) {
    self.hub = hub
    self.rest = rest
  }

  func respond(to request: HTTPRequest, reply: Reply) { rest.offer(request, reply) }

  func shouldUpgrade(_ request: HTTPRequest) -> UpgradeDecision {
    guard Cluster(path: request.path) != nil else {
      return .refuse(
        .problem(status: 404, detail: "There is no cluster at \(request.path): wanted /options or /stocks."))
    }
    return .accept
  }

  func webSocketOpened(_ client: WebSocketClient, _ request: HTTPRequest) {
    guard let cluster = Cluster(path: request.path) else { return client.close(code: 1008, reason: "no such cluster") }
    hub.opened(client, cluster)
  }

  func webSocketText(_ client: WebSocketClient, _ bytes: [UInt8]) { hub.received(client, bytes) }
  func webSocketClosed(_ client: WebSocketClient) { hub.closed(client) }
  func tick(_ server: HTTPServer) { hub.tick() }
  func awoken(_ server: HTTPServer) { hub.drain() }
}
