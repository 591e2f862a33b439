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
  private let tasks = Mutex<[Task<Void, Never>]>([])

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
    let cycles = CycleRelay()
    let poller = ChainPoller(
      rest: rest, settings: ChainPollerSettings(intervalNanoseconds: Int64(settings.greeksSeconds) * 1_000_000_000),
      marketNow: { clock.now }, deliver: { cycles.deliver($0) })
    links = PolygonLinks(
      connections: try PolygonFeed.connect(settings, loop: loop, frames: frames, bell: bell, log: log) {
        marks.note($0, $1)
        board.add($0, of: $1)
      },
      observations: observations, clock: clock, inbox: inbox, rest: rest, poller: poller,
      backfill: GapBackfill(rest: rest) { inbox.offer($0) }, board: board)
    control = PolygonControl(settings, links: links, log: log)
    cycles.receiver = control
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
      tasks = [Task { await control.run(from: standing) }, Task { await poller.run() }, Task { await backfill.run() }]
    }
  }

  /// Says goodbye to the vendor, closes the gaps that are open, and waits until that is done. Any thread but those of tasks;
  /// calling it again does nothing.
  public func stop() {
    let running = tasks.withLock { tasks in
      defer { tasks = [] }
      return tasks
    }
    for task in running { task.cancel() }
    let done = TaskCount(running.count)
    for task in running {
      Task {
        await task.value
        done.countDown()
      }
    }
    done.wait(milliseconds: PolygonFeed.stopMilliseconds)
    loop.stop()
  }

  /// A request under way answers its cancellation at once.
  private static let stopMilliseconds: Int32 = 3_000

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
    onEvent: @escaping @Sendable (PolygonConnection.Event, PolygonStream) -> Void
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

/// Lets a thread wait until some tasks have ended.
private final class TaskCount: Sendable {
  private let remaining: Atomic<Int>
  private let bell = Doorbell()

  init(_ count: Int) { remaining = Atomic(count) }

  func countDown() {
    remaining.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    bell.ring()
  }

  func wait(milliseconds: Int32) {
    let end = SystemClock.monotonicNanoseconds + Int64(milliseconds) * 1_000_000
    while remaining.load(ordering: .acquiring) > 0 {
      let left = (end - SystemClock.monotonicNanoseconds) / 1_000_000
      if left <= 0 { return }
      bell.wait(milliseconds: Int32(left)) { remaining.load(ordering: .acquiring) == 0 }
    }
  }
}

/// Why a live feed cannot be set up, in words.
public struct PolygonFeedError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// Hands complete chains to the control, which is made after the poller.
private final class CycleRelay: Sendable {
  private let target = Mutex<PolygonControl?>(nil)

  var receiver: PolygonControl? {
    get { target.withLock { $0 } }
    set { target.withLock { $0 = newValue } }
  }

  func deliver(_ cycle: ChainCycle) {
    guard let receiver else { return }
    Task { await receiver.take(cycle) }
  }
}
