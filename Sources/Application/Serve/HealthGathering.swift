import Clocks
import Feeds
import FlowEngine
import Lake
import MarketModel
import Rings
import Server
import Storage

/// Asks every part how it is, without making any of them wait.
struct HealthGathering: Sendable {
  let source: ServeSource
  /// Nil when the source is no recording.
  let control: PlayControl?
  let live: PolygonFeed?
  let gauges: IngestGauges
  let events: SPSCRing<MarketEvent>
  let publisher: SPSCRing<FlowOutput>
  let writer: StoreWriter?
  let record: LiveRecord?
  let keeper: SnapshotKeeper?
  let lake: LakeWriter?
  let positioning: PositioningThread?
  let alerts: ServeAlerts

  func gather() -> HealthFacts {
    HealthFacts(
      ingest: gauges.ingest(source: control?.day?.summary ?? source.summary, subscribed: source.subscribed),
      events: HealthFacts.Queue(depth: events.count, capacity: events.capacity),
      storageQueue: writer.map { HealthFacts.Queue(depth: $0.queueDepth, capacity: $0.queueCapacity) }
        ?? HealthFacts.Queue(),
      publisher: HealthFacts.Queue(depth: publisher.count, capacity: publisher.capacity),
      publisherSkipped: gauges.publisherSkipped, storage: storage(), journal: record.map { journal($0) },
      lake: lake.map { LakeFacts($0.status.report) },
      live: live.map { LiveFacts($0.status) }, positioning: positioning?.facts, alerts: alerts.facts,
      digest: gauges.digest.map { DigestText.text($0) }
    )
  }

  private func journal(_ record: LiveRecord) -> HealthFacts.Journal {
    let status = record.journal.status
    // Read in this order: what is durable was appended.
    let durable = status.durableEvents
    return HealthFacts.Journal(
      path: record.journal.archive.directory, appendedEvents: status.appendedEvents, durableEvents: durable,
      heldBytes: status.heldBytes, missingEvents: status.missingEvents, segments: status.closedSegments,
      bytes: status.writtenBytes,
      syncAgeSeconds: status.lastSyncNanoseconds.map { Double(SystemClock.monotonicNanoseconds - $0) / 1e9 },
      error: status.errorText, earlierEvents: record.progress.eventsOfDay, recoveredEvents: record.progress.events,
      recoveredShare: record.progress.share, snapshotEvents: keeper?.newestEvents)
  }

  private func storage() -> HealthFacts.Storage {
    guard let writer else { return HealthFacts.Storage() }
    let counters = writer.counters
    return HealthFacts.Storage(
      enabled: true, path: writer.path, schemaVersion: Store.schemaVersion, rowsWritten: counters.rowsWritten,
      lagMilliseconds: writer.lagMilliseconds,
      lastFlush: counters.lastFlushNanoseconds.map { Timestamp(nanoseconds: $0) } ?? .none, flushes: counters.flushes,
      dropped: counters.lostOutputs, storedBefore: counters.skippedOutputs, waits: gauges.storeWaits,
      error: counters.errorText)
  }
}
