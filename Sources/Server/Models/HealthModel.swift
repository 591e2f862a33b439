import FlowEngine
import MarketModel

/// What other threads know about themselves; gathered by the composition root whenever asked.
public struct HealthFacts: Sendable {
  /// Where the data come from.
  public enum Mode: String, Sendable, CaseIterable {
    case demo, replay
    /// The vendor's real-time and 15-minutes-late feeds.
    case live, delayed
    /// Another host that speaks the vendor's protocol: a simulator, a proxy.
    case endpoint
  }
  /// What the feed thread says of itself.
  public enum IngestStatus: String, Sendable, CaseIterable {
    case starting
    /// What an earlier life of the process recorded is played; nothing live comes yet.
    case recovering
    case streaming, ended, failed
  }

  public struct Ingest: Sendable {
    public var status: IngestStatus
    /// `demo seed 1`, `replay small.ndjson.gz`.
    public var source: String
    /// Symbols of underlyings.
    public var subscribed: [String]
    /// Wall time at which the last frame or event came in; `.none` before the first.
    public var lastReceived: Timestamp
    /// Wall time until which the feed waits on purpose for the next frame to be due, as a recording at its own speed does;
    /// `.none` when it does not wait.
    public var quietUntil: Timestamp
    public var frames: Int64
    public var badFrames: Int64
    public var badEvents: Int64
    public var unknownEvents: Int64
    public var reparsedFrames: Int64
    /// How often the feed had to wait for room in the event ring.
    public var waits: Int64
    /// Lines of a recording that were refused as a whole.
    public var refusedLines: Int64
    /// Rows that were taken with a correction.
    public var correctedRows: Int64
    /// Why it failed; nil otherwise.
    public var failure: String?

    public init(
      status: IngestStatus = .starting, source: String = "", subscribed: [String] = [], lastReceived: Timestamp = .none,
      quietUntil: Timestamp = .none, frames: Int64 = 0, badFrames: Int64 = 0, badEvents: Int64 = 0,
      unknownEvents: Int64 = 0,
      reparsedFrames: Int64 = 0, waits: Int64 = 0, refusedLines: Int64 = 0, correctedRows: Int64 = 0,
      failure: String? = nil
    ) {
      self.status = status
      self.source = source
      self.subscribed = subscribed
      self.lastReceived = lastReceived
      self.quietUntil = quietUntil
      self.frames = frames
      self.badFrames = badFrames
      self.badEvents = badEvents
      self.unknownEvents = unknownEvents
      self.reparsedFrames = reparsedFrames
      self.waits = waits
      self.refusedLines = refusedLines
      self.correctedRows = correctedRows
      self.failure = failure
    }
  }

  public struct Queue: Sendable {
    public var depth: Int
    public var capacity: Int
    public init(depth: Int = 0, capacity: Int = 1) {
      self.depth = depth
      self.capacity = capacity
    }
    var share: Double { capacity == 0 ? 0 : Double(depth) / Double(capacity) }
  }

  public struct Storage: Sendable {
    public var enabled: Bool
    public var path: String?
    public var schemaVersion: Int
    public var rowsWritten: Int64
    /// Wall milliseconds the oldest output that is not on disk has waited.
    public var lagMilliseconds: Int64
    /// Wall time; `.none` before the first.
    public var lastFlush: Timestamp
    public var flushes: Int64
    /// Outputs not stored because the queue to the disk was full and the source could not wait.
    public var dropped: Int64
    /// Rows not written because an earlier run had stored them.
    public var storedBefore: Int64
    /// How often the engine had to wait for room in the queue to the disk.
    public var waits: Int64
    /// What the writer cannot do; nil while all is well.
    public var error: String?

    public init(
      enabled: Bool = false, path: String? = nil, schemaVersion: Int = 0, rowsWritten: Int64 = 0,
      lagMilliseconds: Int64 = 0,
      lastFlush: Timestamp = .none, flushes: Int64 = 0, dropped: Int64 = 0, storedBefore: Int64 = 0, waits: Int64 = 0,
      error: String? = nil
    ) {
      self.enabled = enabled
      self.path = path
      self.schemaVersion = schemaVersion
      self.rowsWritten = rowsWritten
      self.lagMilliseconds = lagMilliseconds
      self.lastFlush = lastFlush
      self.flushes = flushes
      self.dropped = dropped
      self.storedBefore = storedBefore
      self.waits = waits
      self.error = error
    }
  }

  public var ingest: Ingest
  public var events: Queue
  public var storageQueue: Queue
  public var publisher: Queue
  /// Outputs of any kind that found the publisher ring full.
  public var publisherSkipped: Int64
  public var storage: Storage
  /// Nil when nothing is recorded: a recording or the demo, or switched off.
  public var journal: Journal?
  /// Nil when there is no lake.
  public var lake: LakeFacts?
  /// Nil when the source is no live feed.
  public var live: LiveFacts?
  /// Nil when no positioning is worked out.
  public var positioning: PositioningFacts?
  /// Nil when no alerts are kept.
  public var alerts: AlertsFacts?
  /// State digest of a run that has ended, hexadecimal; nil while it goes on.
  public var digest: String?

  public init(
    ingest: Ingest = Ingest(), events: Queue = Queue(), storageQueue: Queue = Queue(), publisher: Queue = Queue(),
    publisherSkipped: Int64 = 0, storage: Storage = Storage(), journal: Journal? = nil, lake: LakeFacts? = nil,
    live: LiveFacts? = nil, positioning: PositioningFacts? = nil, alerts: AlertsFacts? = nil, digest: String? = nil
  ) {
    self.ingest = ingest
    self.events = events
    self.storageQueue = storageQueue
    self.publisher = publisher
    self.publisherSkipped = publisherSkipped
    self.storage = storage
    self.journal = journal
    self.lake = lake
    self.live = live
    self.positioning = positioning
    self.alerts = alerts
    self.digest = digest
  }
}

/// Versions of what the program is made of, as it runs.
public struct ComponentVersions: Sendable {
  public var marketflow: String
  public var swift: String
  public var duckdb: String
  public var libwebsockets: String
  public var simdjson: String

  public init(marketflow: String, swift: String, duckdb: String, libwebsockets: String, simdjson: String) {
    self.marketflow = marketflow
    self.swift = swift
    self.duckdb = duckdb
    self.libwebsockets = libwebsockets
    self.simdjson = simdjson
  }
}

extension HealthFacts.Mode: APIChoice { var apiName: String { rawValue } }
extension HealthFacts.IngestStatus: APIChoice { var apiName: String { rawValue } }
