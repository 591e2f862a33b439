import Clocks
import Feeds
import FlowEngine
import JSONText
import Logging
import MarketModel
import Rings
import Storage
import Synchronization
import Transport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A vendor's socket through the whole road of `serve`, without its page: socket, ring, decoder, ring, engine, store. Counts
/// what arrives, and how long after it ought to have been sent.
struct SocketBench {
  struct Result: Sendable {
    var events: Int64 = 0
    /// From the first to the last print.
    var seconds = 0.0
    /// Prints whose sequence does not follow that of the print before; only counted when sequences are plain numbers.
    var sequenceGaps: Int64 = 0
    var lostFrames: Int64 = 0
    var dials = 0
    var publisherSkipped: Int64 = 0
    var storeDropped: Int64 = 0
    var storeWaits: Int64 = 0
    var rowsStored: Int64?
    var cpuSeconds = 0.0
    /// From the intended moment of sending to the labelled print, nanoseconds; nil when sequences are plain numbers.
    var latency: Latency?

    var eventsPerSecond: Double { seconds > 0 ? Double(events) / seconds : 0 }
  }

  struct Latency: Sendable {
    var p50: Int64
    var p99: Int64
    var p999: Int64
    var maximum: Int64
  }

  var endpoint: WebSocketEndpoint
  var certificateAuthority: String?
  var withStore: Bool
  /// The sequence number of each print is the moment it ought to have been sent, on this machine's monotonic clock.
  var sequencesAreTimes: Bool
  /// Longest time without a print before the end is believed.
  var quietSeconds = 3.0

  func run(log: Log) throws -> Result {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let instruments = InstrumentTable()
    let events = SPSCRing<MarketEvent>(capacity: Limits.eventRing)
    let publisher = SPSCRing<FlowOutput>(capacity: 1 << 20)
    let gauges = IngestGauges()
    let inbox = InjectionInbox()
    let store = withStore ? try Store(StoreOptions(path: directory.path + "/bench.duckdb")) : nil
    let writer = try store?.makeWriter(instruments: instruments, log: log)
    _ = try writer?.begin(IngestSource(source: "bench", fingerprint: "bench", resumable: false))
    let engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: publisher, snapshots: Exchange<FlowSnapshot>(), store: writer, waitsForStore: false,
        gauges: gauges))
    let feed = FeedThread(
      options: FeedThread.Options(), ring: events, engineBell: engine.bell, gauges: gauges, inbox: inbox, log: log)
    let frames = FrameRing(capacity: Limits.frameRingBytes)
    let everything = try SymbolFilter([])
    let loop = ClientLoop(configuration: ClientLoopConfiguration(caFile: certificateAuthority), log: log)
    let connection = PolygonConnection(
      PolygonConnection.Configuration(scope: .options, endpoint: endpoint, key: Secret("bench")), loop: loop,
      frames: frames, bell: inbox.bell, log: log, onEvent: { _ in })
    engine.start(configuration: FlowConfiguration(), instruments: instruments)
    feed.start(instruments: instruments) {
      LiveSource(
        summary: "socket", frames: frames, inbox: LiveInbox(bell: inbox.bell), bell: inbox.bell,
        instruments: instruments, observations: FeedObservations(spotSymbols: []), filter: everything)
    }
    try loop.start()
    connection.hold(["T.*"])
    connection.start()
    var result = collect(publisher, connection)
    connection.stop()
    loop.stop()
    feed.stop()
    engine.stop()
    try writer?.close(finished: true)
    result.lostFrames = connection.status.lostFrames
    result.dials = connection.status.dials
    result.publisherSkipped = gauges.publisherSkipped
    result.storeDropped = gauges.storeDropped
    result.storeWaits = gauges.storeWaits
    result.rowsStored = writer?.counters.rowsWritten
    return result
  }

  /// Reads what the engine gives out until it is quiet: stands where the page's thread stands in `serve`.
  private func collect(_ publisher: SPSCRing<FlowOutput>, _ connection: PolygonConnection) -> Result {
    var result = Result()
    var histogram = LatencyHistogram()
    var expected: Int64?
    var first: Int64 = 0
    var last = SystemClock.monotonicNanoseconds
    var usage = ProcessUsage.now()
    while true {
      var taken: Int64 = 0
      let now = SystemClock.monotonicNanoseconds
      _ = publisher.consume(limit: 4096) { outputs in
        for case .print(let print) in outputs {
          taken += 1
          let sequence = print.trade.sequence
          if sequencesAreTimes {
            histogram.record(now - sequence)
          } else {
            if let expected, sequence != expected { result.sequenceGaps += 1 }
            expected = sequence + 1
          }
        }
      }
      if taken > 0 {
        if result.events == 0 {
          first = now
          usage = ProcessUsage.now()
        }
        result.events += taken
        last = now
        continue
      }
      let isOver = result.events > 0 && Double(now - last) > quietSeconds * 1e9
      if isOver || Double(now - last) > 60e9 { break }
      // Short, because this sleep is part of the measured time.
      usleep(50)
    }
    result.seconds = Double(last - first) / 1e9
    result.cpuSeconds = ProcessUsage.now().cpuSeconds - usage.cpuSeconds
    if sequencesAreTimes {
      result.latency = Latency(
        p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), p999: histogram.percentile(0.999),
        maximum: histogram.maximum)
    }
    return result
  }
}

extension SocketBench.Result {
  var summary: String {
    var lines = [
      "\(events) prints in \(seconds) s: \(Int(eventsPerSecond)) a second, \(cpuSeconds) s of CPU",
      "sequence gaps \(sequenceGaps), frames lost \(lostFrames), outputs not stored \(storeDropped)",
    ]
    if let latency {
      lines.append(
        "latency in microseconds: p50 \(latency.p50 / 1000), p99 \(latency.p99 / 1000), p99.9 \(latency.p999 / 1000), "
          + "max \(latency.maximum / 1000)")
    }
    return lines.joined(separator: "\n")
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("events", events)
      json.field("seconds", seconds)
      json.field("events_per_second", eventsPerSecond)
      json.field("sequence_gaps", sequenceGaps)
      json.field("lost_frames", lostFrames)
      json.field("dials", dials)
      json.field("publisher_skipped", publisherSkipped)
      json.field("store_dropped", storeDropped)
      json.field("store_waits", storeWaits)
      json.field("cpu_seconds", cpuSeconds)
      if let rowsStored { json.field("rows_stored", rowsStored) }
      if let latency {
        json.field("latency_p50_microseconds", Double(latency.p50) / 1e3)
        json.field("latency_p99_microseconds", Double(latency.p99) / 1e3)
        json.field("latency_p999_microseconds", Double(latency.p999) / 1e3)
        json.field("latency_max_microseconds", Double(latency.maximum) / 1e3)
      }
    }
  }
}
