import Feeds
import MarketModel
import Server
import Storage
import Synchronization

/// The trading day of an engine, and what the source had brought before it.
struct DayUnderWay: Equatable {
  var session: MarketDate
  var before: IngestPosition
}

/// What the feed and engine threads tell the others about themselves. Written with plain atomics, read whenever asked.
final class IngestGauges: Sendable {
  private let status = Atomic<Int>(0)
  private let lastReceived = Atomic<Int64>(0)
  private let frames = Atomic<Int64>(0)
  private let badFrames = Atomic<Int64>(0)
  private let badEvents = Atomic<Int64>(0)
  private let unknownEvents = Atomic<Int64>(0)
  private let reparsedFrames = Atomic<Int64>(0)
  private let waits = Atomic<Int64>(0)
  private let skippedByPublisher = Atomic<Int64>(0)
  private let waitsForStore = Atomic<Int64>(0)
  private let quietUntil = Atomic<Int64>(0)
  private let refusedLines = Atomic<Int64>(0)
  private let correctedRows = Atomic<Int64>(0)
  private let finalDigest = Mutex<UInt64?>(nil)
  private let refused = Mutex<(any Error)?>(nil)
  private let dayUnderWay = Mutex<DayUnderWay?>(nil)
  private let failureText = Mutex<String?>(nil)

  // MARK: Feed thread

  func setStatus(_ new: HealthFacts.IngestStatus) {
    if new != .failed { failureText.withLock { $0 = nil } }
    // A source that begins again has no last state any more.
    finalDigest.withLock { digest in
      digest = nil
      status.store(HealthFacts.IngestStatus.allCases.firstIndex(of: new) ?? 0, ordering: .releasing)
    }
  }

  func fail(_ reason: String) {
    failureText.withLock { $0 = reason }
    setStatus(.failed)
  }

  /// The process cannot go on, and is to end.
  func noteRefusal(_ error: any Error) { refused.withLock { $0 = error } }

  func noteReceived(wallNanoseconds: Int64) { lastReceived.store(wallNanoseconds, ordering: .relaxed) }
  /// The feed waits on purpose for the next frame to be due.
  func noteQuiet(untilWallNanoseconds time: Int64) { quietUntil.store(time, ordering: .relaxed) }
  func noteSource(refusedLines refused: Int, correctedRows corrected: Int) {
    refusedLines.store(Int64(refused), ordering: .relaxed)
    correctedRows.store(Int64(corrected), ordering: .relaxed)
  }

  func noteWait() { waits.wrappingAdd(1, ordering: .relaxed) }

  func noteDecoded(_ counters: DecodeCounters) {
    frames.store(counters.frames, ordering: .relaxed)
    badFrames.store(counters.badFrames, ordering: .relaxed)
    badEvents.store(counters.badEvents, ordering: .relaxed)
    unknownEvents.store(counters.unknownEvents, ordering: .relaxed)
    reparsedFrames.store(counters.reparsedFrames, ordering: .relaxed)
  }

  // MARK: Engine thread

  func notePublisherSkipped(_ count: Int) { skippedByPublisher.wrappingAdd(Int64(count), ordering: .relaxed) }
  func noteWaitForStore() { waitsForStore.wrappingAdd(1, ordering: .relaxed) }
  func noteDay(_ session: MarketDate, before: IngestPosition) {
    dayUnderWay.withLock { $0 = DayUnderWay(session: session, before: before) }
  }
  /// The state after the source's last event; not believed when the source has begun again meanwhile.
  func setDigest(_ digest: UInt64) { finalDigest.withLock { if hasEnded { $0 = digest } } }
  /// The source is exhausted, and everything of it is in the event ring.
  var hasEnded: Bool {
    status.load(ordering: .acquiring) == HealthFacts.IngestStatus.allCases.firstIndex(of: .ended) ?? 0
  }

  // MARK: Readers

  var publisherSkipped: Int64 { skippedByPublisher.load(ordering: .relaxed) }
  var storeWaits: Int64 { waitsForStore.load(ordering: .relaxed) }
  var digest: UInt64? { finalDigest.withLock { $0 } }
  /// The engine's trading day; nil before its first event.
  var day: DayUnderWay? { dayUnderWay.withLock { $0 } }
  /// Why the process has no use any more; nil while it has.
  var refusal: (any Error)? { refused.withLock { $0 } }
  var isStreaming: Bool { ingestStatus == .streaming }

  private var ingestStatus: HealthFacts.IngestStatus {
    HealthFacts.IngestStatus.allCases[status.load(ordering: .relaxed)]
  }

  func ingest(source: String, subscribed: [String]) -> HealthFacts.Ingest {
    HealthFacts.Ingest(
      status: ingestStatus, source: source,
      subscribed: subscribed,
      lastReceived: Timestamp(nanoseconds: lastReceived.load(ordering: .relaxed)),
      frames: frames.load(ordering: .relaxed),
      badFrames: badFrames.load(ordering: .relaxed), badEvents: badEvents.load(ordering: .relaxed),
      unknownEvents: unknownEvents.load(ordering: .relaxed), reparsedFrames: reparsedFrames.load(ordering: .relaxed),
      waits: waits.load(ordering: .relaxed),
      refusedLines: refusedLines.load(ordering: .relaxed), correctedRows: correctedRows.load(ordering: .relaxed),
      failure: failureText.withLock { $0 })
  }
}
