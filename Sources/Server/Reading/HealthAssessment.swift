import FlowEngine
import MarketModel

/// The verdict on the whole, and why.
enum HealthStatus: String, Sendable, CaseIterable, APIChoice {
  case ok, degraded, down
  var apiName: String { rawValue }
}

/// One reading of everything that `/health` and the stream say about the process.
struct Health: Sendable {
  var status: HealthStatus
  var reasons: [String]
  var facts: HealthFacts
  var identity: ServerIdentity
  var uptimeSeconds: Double
  var session: MarketDate?
  var streamTime: Timestamp
  var lastTradeTime: Timestamp
  /// Seconds since the last event came in; nil before the first.
  var dataAgeSeconds: Double?
  var eventsPerSecond: Double
  var counters: FlowCounters
  var stream: StreamCounters
  var publisherSkipped: Int64
  var losses: Losses
  /// Empty when none looks on.
  var detectors: [DetectorHealth]
}

/// Counts of the WebSocket stream.
struct StreamCounters: Sendable {
  var clients = 0
  var sent: Int64 = 0
  var dropped: Int64 = 0
  /// Messages of clients that could not be taken.
  var refused: Int64 = 0
}

/// Who this process is; fixed for its life.
struct ServerIdentity: Sendable {
  var mode: HealthFacts.Mode
  /// Changes with every start, so that a client knows that numbers began anew.
  var epoch: String
  var versions: ComponentVersions
}

/// Decides what state the whole is in. Stale data never look live: every doubt is a reason, and any reason is at least
/// `degraded`.
enum HealthAssessment {
  /// Seconds without data after which a streaming feed is doubted, and after which it counts as down.
  static let staleSeconds = 5.0
  static let deadSeconds = 60.0
  /// Wall milliseconds that rows may wait for the disk.
  static let storageLagMilliseconds: Int64 = 5000
  /// Fill of a queue that is worth a word.
  static let queueShare = 0.9

  /// - Parameters:
  ///   - silenceSeconds: seconds without an event that the feed does not wait out on purpose; nil before the first event.
  ///   - snapshotAgeSeconds: seconds since the engine last answered.
  ///   - others: what was lost in the last seconds and what else is wrong, in words.
  static func judge(
    _ facts: HealthFacts, silenceSeconds: Double?, snapshotAgeSeconds: Double, others: [String] = []
  ) -> (status: HealthStatus, reasons: [String]) {
    var down: [String] = []
    var doubts: [String] = []
    switch facts.ingest.status {
    case .failed: down.append("feed failed: " + (facts.ingest.failure ?? facts.ingest.source))
    case .ended: doubts.append("feed ended: nothing shown is live any more")
    case .starting: doubts.append("feed is starting")
    case .recovering:
      let share = Int((facts.journal?.recoveredShare ?? 0) * 100)
      doubts.append("playing what was recorded before the start, \(share) %: nothing shown is live yet")
    case .streaming:
      // A closed market is silent, and a lost socket has its own words.
      let isExplained = facts.live.map { $0.isMarketClosed || !$0.isStreaming } ?? false
      switch isExplained ? 0 : silenceSeconds {
      case .some(let age) where age > deadSeconds:
        down.append("no data for \(Int(age)) s although the feed says it streams")
      case .some(let age) where age > staleSeconds:
        doubts.append("no data for \(Int(age)) s although the feed says it streams")
      case .none:
        doubts.append("no data yet although the feed says it streams")
      default: break
      }
      if snapshotAgeSeconds > staleSeconds {
        doubts.append("engine has not answered for \(Int(snapshotAgeSeconds)) s")
      }
    }
    // Before it is over nobody has dialled.
    if facts.ingest.status != .recovering, let live = facts.live?.verdict {
      down += live.down
      doubts += live.doubts
    }
    if let journal = facts.journal?.verdict {
      down += journal.down
      doubts += journal.doubts
    }
    if let error = facts.storage.error { doubts.append("storage: \(error)") }
    if facts.storage.dropped > 0 {
      doubts.append(
        "storage: \(facts.storage.dropped) outputs are not in the database; its queue was full"
          + (facts.journal == nil ? "" : "; the next start fills them in from the journal"))
    }
    if facts.storage.lagMilliseconds > storageLagMilliseconds {
      doubts.append("storage is \(facts.storage.lagMilliseconds) ms behind")
    }
    doubts += facts.lake?.doubts ?? []
    doubts += facts.positioning?.doubts ?? []
    doubts += facts.alerts?.doubts ?? []
    for (name, queue) in [("event", facts.events), ("storage", facts.storageQueue)] where queue.share > queueShare {
      doubts.append("\(name) queue is \(Int(min(queue.share, 10) * 100)) % full")
    }
    doubts += others
    return (down.isEmpty ? (doubts.isEmpty ? .ok : .degraded) : .down, down + doubts)
  }
}
