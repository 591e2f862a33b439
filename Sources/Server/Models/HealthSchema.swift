import FlowEngine
import MarketModel

extension Health {
  static let schema = Schema<Health>(
    "Health", "The state of the process and of its data.",
    [
      .choice("status", "ok; degraded: works with the reasons given; down: data do not come.") { $0.status },
      .texts("reasons", "Why the status is not ok.") { $0.reasons },
      .choice("mode", "Where the data come from.") { $0.identity.mode },
      .text("version", "Version of MarketFlow.") { $0.identity.versions.marketflow },
      .text("epoch", "Changes with every start.") { $0.identity.epoch },
      .number("uptime_seconds", "Seconds since the start.") { $0.uptimeSeconds },
      .dateOrNull("session", "Trading day of the sums.") { $0.session },
      .textOrNull("digest", "Digest of the engine's state once a run has ended.") { $0.facts.digest },
      .record("ingest", "What comes in.", ingestSchema) { $0 },
      .recordOrNull("live", "The live feed; null for a demo or a recording.", LiveFacts.schema) { $0.facts.live },
      .record("queues", "What waits between the threads.", queuesSchema) { $0 },
      .record("storage", "The database.", storageSchema) { $0.facts.storage },
      .recordOrNull("journal", "The record of a live feed; null when nothing is recorded.", HealthFacts.Journal.schema)
      {
        $0.facts.journal
      },
      .recordOrNull("lake", "The Parquet lake; null when it is off.", LakeFacts.schema) { $0.facts.lake },
      .recordOrNull("positioning", "Where dealers stand; null when it is not worked out.", PositioningFacts.schema) {
        $0.facts.positioning
      },
      .recordOrNull("alerts", "Alerts and their messages; null when none are kept.", AlertsFacts.schema) {
        $0.facts.alerts
      },
      .record("stream", "The WebSocket stream.", StreamCounters.schema) { $0.stream },
      .record("losses", "What did not arrive where it belongs.", Losses.schema) { $0.losses },
      .record("sides", "Prints by side since the start.", sidesSchema) { $0.counters },
      .counts("methods", "Prints by the rule that decided the side, since the start.") { health in
        LabelMethod.choices.map { method in
          (method.apiName, health.counters.byMethod[Int(method.rawValue)])
        }
      },
      .integer("sweeps", "Sweeps since the start.") { $0.counters.sweeps },
      .integer("blocks", "Blocks since the start.") { $0.counters.blocks },
      .integer("cancellations", "Cancellations since the start.") { $0.counters.cancellations },
      .records("detectors", "How each detector is; none while none looks on.", DetectorHealth.schema) { $0.detectors },
      .record("versions", "What the program is made of.", ComponentVersions.schema) { $0.identity.versions },
    ])

  private static let ingestSchema = Schema<Health>(
    "Ingest", "What comes in.",
    [
      .choice("status", "What the feed says of itself.") { $0.facts.ingest.status },
      .text("source", "The feed.") { $0.facts.ingest.source },
      .texts("subscribed", "Underlyings.") { $0.facts.ingest.subscribed },
      .timeOrNull("last_trade_time", "Time on the newest print.") { $0.lastTradeTime },
      .timeOrNull("stream_time", "Time on the newest event.") { $0.streamTime },
      .numberOrNull("data_age_seconds", "Seconds since the last event came in; null before the first.") {
        $0.dataAgeSeconds
      },
      .timeOrNull("quiet_until", "The feed waits on purpose until then for the next frame to be due; null otherwise.") {
        $0.facts.ingest.quietUntil
      },
      .integer("trades_five_minutes", "Prints of the last five minutes of stream time.") {
        $0.counters.fiveMinuteTrades
      },
      .integer("events", "Events processed since the start.") { $0.counters.events },
      .integer("trades", "Prints processed since the start.") { $0.counters.trades },
      .integer("quotes", "Quotes processed since the start.") { $0.counters.quotes },
      .number("events_per_second", "Events a wall second over the last seconds.") { $0.eventsPerSecond },
      .integer("frames", "Vendor frames since the start.") { $0.facts.ingest.frames },
      .integer("bad_frames", "Frames that could not be read.") { $0.facts.ingest.badFrames },
      .integer("bad_events", "Events that could not be used; their neighbours were.") { $0.facts.ingest.badEvents },
      .integer("unknown_events", "Events of a kind we do not know.") { $0.facts.ingest.unknownEvents },
      .integer("reparsed_frames", "Frames that the fast scanner handed to the full parser.") {
        $0.facts.ingest.reparsedFrames
      },
      .integer("ingest_waits", "How often the feed waited for room in the event queue.") { $0.facts.ingest.waits },
    ])

  private static let queuesSchema = Schema<Health>(
    "Queues", "What waits between the threads.",
    [
      .record("events", "Feed to engine.", HealthFacts.Queue.schema) { $0.facts.events },
      .record("storage", "Engine to database.", HealthFacts.Queue.schema) { $0.facts.storageQueue },
      .record("publisher", "Engine to network.", publisherSchema) { $0 },
    ])

  private static let publisherSchema = Schema<Health>(
    "PublisherQueue", "Engine to network.",
    [
      .integer("depth", "Outputs waiting.") { Int64($0.facts.publisher.depth) },
      .integer("capacity", "Most that can wait.") { Int64($0.facts.publisher.capacity) },
      .integer("skipped", "Outputs that found it full and are not in the stream.") { $0.publisherSkipped },
    ])

  private static let storageSchema = Schema<HealthFacts.Storage>(
    "StorageHealth", "The database.",
    [
      .flag("enabled", "Whether there is one.") { $0.enabled },
      .textOrNull("path", "Its file.") { $0.path },
      .integer("schema_version", "Version of its tables.") { Int64($0.schemaVersion) },
      .integer("rows_written", "Rows written since the start.") { $0.rowsWritten },
      .integer("lag_milliseconds", "How long the oldest output that is not on disk has waited.") { $0.lagMilliseconds },
      .timeOrNull("last_flush_time", "When rows last reached the disk.") { $0.lastFlush },
      .integer("flushes", "How often they did.") { $0.flushes },
      .integer("dropped", "Outputs not stored because the queue to the disk was full.") { $0.dropped },
      .textOrNull("error", "What the writer cannot do.") { $0.error },
    ])

  private static let sidesSchema = Schema<FlowCounters>(
    "Sides", "Prints by side.",
    [
      .integer("buy", "At or near the ask.") { $0.sideBuy },
      .integer("sell", "At or near the bid.") { $0.sideSell },
      .integer("mid", "Exactly between.") { $0.sideMid },
      .integer("unknown", "The data do not say.") { $0.sideUnknown },
    ])

  /// The part of it that the stream repeats four times a second.
  static let stateSchema = Schema<Health>(
    "StateHealth", "Health in short.",
    [
      .choice("status", "As in /health.") { $0.status },
      .texts("reasons", "As in /health.") { $0.reasons },
      .choice("ingest_status", "What the feed says of itself.") { $0.facts.ingest.status },
      .numberOrNull("data_age_seconds", "Seconds since the last event came in; null before the first.") {
        $0.dataAgeSeconds
      },
      .number("events_per_second", "Events a wall second over the last seconds.") { $0.eventsPerSecond },
      .integer("trades_five_minutes", "Prints of the last five minutes of stream time.") {
        $0.counters.fiveMinuteTrades
      },
      .number("queue_share", "Fill of the fullest queue, 0 to 1.") { health in
        max(health.facts.events.share, health.facts.storageQueue.share, health.facts.publisher.share)
      },
      .integer("storage_lag_milliseconds", "How long the oldest output that is not on disk has waited.") {
        $0.facts.storage.lagMilliseconds
      },
      .integer("bad_events", "Events that could not be used.") { $0.facts.ingest.badEvents },
      .integer("publisher_skipped", "Outputs that are not in the stream.") { $0.publisherSkipped },
      .integer("clients", "WebSocket clients.") { Int64($0.stream.clients) },
      .choice("mode", "Where the data come from.") { $0.identity.mode },
      .text("source", "The feed.") { $0.facts.ingest.source },
      .dateOrNull("session", "Trading day of the sums.") { $0.session },
      .integerOrNull("gaps_open", "Gaps of the live feed being filled; null for a demo or a recording.") {
        $0.facts.live?.gaps.open
      },
      .integerOrNull("gaps_unfilled", "Gaps that could not be filled; null for a demo or a recording.") {
        $0.facts.live?.gaps.unfilled
      },
      .integerOrNull("alerts_new", "Alerts that nobody has looked at; null when none are kept.") {
        $0.facts.alerts?.thread.open.new
      },
      .integerOrNull("messages_waiting", "Messages of alerts that wait for a channel; null when none are kept.") {
        $0.facts.alerts.map { Int64($0.waiting) }
      },
      .integerOrNull("messages_dead", "Messages of alerts given up within the last day; null when none are kept.") {
        $0.facts.alerts.map { Int64($0.deadWithinDay) }
      },
    ])
}

extension HealthFacts.Queue {
  static let schema = Schema<HealthFacts.Queue>(
    "Queue", "A queue between two threads.",
    [
      .integer("depth", "Elements waiting.") { Int64($0.depth) },
      .integer("capacity", "Most that can wait.") { Int64($0.capacity) },
    ])
}

extension StreamCounters {
  static let schema = Schema<StreamCounters>(
    "StreamHealth", "The WebSocket stream.",
    [
      .integer("clients", "Connected now.") { Int64($0.clients) },
      .integer("messages_sent", "Messages handed to clients.") { $0.sent },
      .integer("messages_dropped", "Messages a client did not take in time; it was told.") { $0.dropped },
      .integer("messages_refused", "Messages of clients that could not be taken; they were told.") { $0.refused },
    ])
}

extension ComponentVersions {
  static let schema = Schema<ComponentVersions>(
    "Versions", "What the program is made of.",
    [
      .text("marketflow", "This program.") { $0.marketflow },
      .text("swift", "Compiler.") { $0.swift },
      .text("duckdb", "Database.") { $0.duckdb },
      .text("libwebsockets", "Sockets.") { $0.libwebsockets },
      .text("simdjson", "JSON parser.") { $0.simdjson },
    ])
}
