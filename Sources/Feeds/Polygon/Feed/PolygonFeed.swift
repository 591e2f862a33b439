import Clocks
import Logging
import MarketModel
import Rings
import Synchronization
import Transport

/// The live feed of Polygon/Massive: its sockets, what follows them, and a source that hands their messages to the feed's thread.
///
///     let feed = try PolygonFeed(settings, bell: bell, log: log)
///     … feed.makeSource(instruments:memory:) on the feed's thread …
///     try feed.start()
///     feed.stop()
public final class PolygonFeed: Sendable {
  /// One line for logs and /health.
  public let summary: String
  private let settings: PolygonFeedSettings
  private let loop: ClientLoop
  private let frames = FrameRing(capacity: Limits.frameRingBytes)
  private let bell: Doorbell
  private let marks: ConnectionMarks
  private let links: PolygonLinks
  private let control: PolygonControl
  private let tasks = Mutex<Tasks?>(nil)

  private struct Tasks {
    var control: Task<Void, Never>
    var poller: Task<Void, Never>
    var backfill: Task<Void, Never>

    /// The back-fill ends last: what the control finds at its end is a gap that has to be closed, too.
    func end() async {
      control.cancel()
      poller.cancel()
      await control.value
      await poller.value
      backfill.cancel()
      await backfill.value
    }
  }

  /// Connects nothing yet.
  /// - Parameter bell: what the feed's thread sleeps on.
  public init(_ settings: PolygonFeedSettings, bell: Doorbell, log: Log) throws(PolygonFeedError) {
    self.settings = settings
    self.bell = bell
    summary = "polygon \(settings.socketBase)"
    loop = ClientLoop(configuration: ClientLoopConfiguration(caFile: settings.certificateAuthority), log: log)
    let marks = ConnectionMarks(frames: frames, bell: bell)
    self.marks = marks
    let board = FeedBoard()
    let inbox = LiveInbox(bell: bell)
    let observations = FeedObservations(spotSymbols: settings.filter.underlyings)
    guard
      let rest = PolygonREST(
        settings: PolygonRESTSettings(
          key: settings.key, endpoint: settings.restBase, rate: .perMinute(settings.requestsPerMinute)))
    else {
      throw PolygonFeedError("REST endpoint \(settings.restBase): wanted http://host:port or https://host:port")
    }
    let clock = MarketClock(
      observations: observations, delayNanoseconds: settings.isDelayed ? PolygonControl.delayNanoseconds : 0)
    let poller = ChainPoller(
      rest: rest, settings: ChainPollerSettings(intervalNanoseconds: Int64(settings.greeksSeconds) * 1_000_000_000),
      marketNow: { clock.now }, deliver: { board.add($0) })
    links = PolygonLinks(
      connections: try PolygonFeed.connect(settings, loop: loop, frames: frames, bell: bell, log: log) {
        marks.note($0, $1)
        board.add($0, of: $1)
      },
      observations: observations, clock: clock, inbox: inbox, rest: rest, poller: poller,
      backfill: GapBackfill(rest: rest, leavesGapsOpen: settings.isRecorded) { inbox.offer($0) }, board: board)
    control = PolygonControl(settings, links: links, log: log)
  }

  /// Dials and begins to watch.
  /// - Parameter standing: what an earlier life of the process left: its open gaps are asked for again, new ones are numbered
  ///   behind its own.
  public func start(from standing: LiveStanding = LiveStanding()) throws(TransportError) {
    try loop.start()
    let control = control
    let poller = links.poller
    let backfill = links.backfill
    tasks.withLock { tasks in
      tasks = Tasks(
        control: Task { await control.run(from: standing) }, poller: Task { await poller.run() },
        backfill: Task { await backfill.run() })
    }
  }

  /// Says goodbye to the vendor, closes the gaps that are open unless a later start can take them up, and waits until that is done. Any thread but those of tasks;
  /// calling it again does nothing.
  public func stop() {
    guard let running = tasks.withLock({ $0.take() }) else { return }
    // What is late goes on by itself, and harms nobody.
    _ = AsyncWait.result(within: PolygonFeed.stopMilliseconds) { await running.end() }
    loop.stop()
  }

  /// A request under way answers its cancellation at once.
  private static let stopMilliseconds = 3_000

  /// What the feed's thread reads; on that thread, because symbols are interned.
  /// - Parameter memory: what an earlier life of the process left.
  public func makeSource(instruments: InstrumentTable, memory: consuming LiveMemory) -> LiveSource {
    LiveSource(
      summary: summary, frames: frames, inbox: links.inbox, bell: bell, instruments: instruments,
      observations: links.observations, marks: marks, filter: settings.filter, memory: memory)
  }

  /// How it does now. Any thread.
  public var status: PolygonFeedStatus {
    var status = links.board.status
    status.connections = PolygonStream.allCases.compactMap { links.connections[$0]?.status }
    status.rest = links.rest.counters
    status.backfill = links.backfill.report
    status.observed = links.observations.currentCounts
    return status
  }

  private static func connect(
    _ settings: PolygonFeedSettings, loop: ClientLoop, frames: FrameRing, bell: Doorbell, log: Log,
    onEvent: @escaping @Sendable (SessionEvent, PolygonStream) -> Void
  ) throws(PolygonFeedError) -> [PolygonStream: PolygonConnection] {
    var connections: [PolygonStream: PolygonConnection] = [:]
    for stream in PolygonStream.allCases {
      if stream == .stocks, !settings.followsStocks || settings.filter.equityTradeChannels.isEmpty { continue }
      let endpoint: WebSocketEndpoint
      do throws(WebSocketEndpointError) {
        endpoint = try WebSocketEndpoint("\(settings.socketBase)/\(stream.cluster)")
      } catch {
        throw PolygonFeedError("\(error)")
      }
      connections[stream] = PolygonConnection(
        PolygonConnection.Configuration(scope: stream.scope, endpoint: endpoint, key: settings.key), loop: loop,
        frames: frames, bell: bell, log: log, onEvent: { onEvent($0, stream) })
    }
    return connections
  }
}

/// Why a live feed cannot be set up, in words.
public struct PolygonFeedError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
