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
    // Nobody reads it: the page's thread looks into it twenty times a second, when it can.
    let publisher = SPSCRing<FlowOutput>(capacity: 2)
    let meter = SocketMeter(sequencesAreTimes: sequencesAreTimes)
    let gauges = IngestGauges()
    let inbox = InjectionInbox()
    let store = withStore ? try Store(StoreOptions(path: directory.path + "/bench.duckdb")) : nil
    let writer = try store?.makeWriter(instruments: instruments, log: log)
    _ = try writer?.begin(IngestSource(source: "bench", fingerprint: "bench", resumable: false))
    let engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: publisher, snapshots: Exchange<FlowSnapshot>(), store: writer, storePatience: .short,
        gauges: gauges, observer: { meter.see($0) }))
    let feed = FeedThread(
      options: FeedThread.Options(), ring: events, engineBell: engine.bell, gauges: gauges, inbox: inbox, log: log)
    let frames = FrameRing(capacity: Limits.frameRingBytes)
    let everything = try SymbolFilter([])
    let loop = ClientLoop(configuration: ClientLoopConfiguration(caFile: certificateAuthority), log: log)
    let connection = PolygonConnection(
      PolygonConnection.Configuration(scope: .options, endpoint: endpoint, key: Secret("bench")), loop: loop,
      frames: frames, bell: inbox.bell, log: log, onEvent: { _ in })
    engine.start(FlowEngine(instruments: instruments))
    feed.start(instruments: instruments) {
      LiveSource(
        summary: "socket", frames: frames, inbox: LiveInbox(bell: inbox.bell), bell: inbox.bell,
        instruments: instruments, observations: FeedObservations(spotSymbols: []), filter: everything,
        memory: LiveMemory(instruments: instruments))
    }
    try loop.start()
    connection.hold(["T.*"])
    connection.start()
    while meter.isUnderWay(quietSeconds: quietSeconds) { usleep(100_000) }
    connection.stop()
    loop.stop()
    feed.stop()
    engine.stop()
    try writer?.close(finished: true)
    var result = meter.result
    result.lostFrames = connection.status.lostFrames
    result.dials = connection.status.dials
    result.storeDropped = writer?.counters.lostOutputs ?? 0
    result.storeWaits = gauges.storeWaits
    result.rowsStored = writer?.counters.rowsWritten
    return result
  }
}

/// Counts and times prints on the engine's thread.
private final class SocketMeter: Sendable {
  private struct State {
    var result = SocketBench.Result()
    var histogram = LatencyHistogram()
    var expected: Int64?
    var first: Int64 = 0
    var last = SystemClock.monotonicNanoseconds
    var cpuBefore = 0.0
    var cpuAfter = 0.0
  }
  private let sequencesAreTimes: Bool
  private let state = Mutex(State())

  init(sequencesAreTimes: Bool) { self.sequencesAreTimes = sequencesAreTimes }

  func see(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    let now = SystemClock.monotonicNanoseconds
    state.withLock { state in
      for case .print(let print) in outputs {
        if state.result.events == 0 {
          state.first = now
          state.cpuBefore = ProcessUsage.now().cpuSeconds
        }
        state.result.events += 1
        state.last = now
        let sequence = print.trade.sequence
        if sequencesAreTimes {
          state.histogram.record(now - sequence)
        } else {
          if let expected = state.expected, sequence != expected { state.result.sequenceGaps += 1 }
          state.expected = sequence + 1
        }
      }
    }
  }

  /// False when the sender has been quiet for so long, or has not begun within a minute.
  func isUnderWay(quietSeconds: Double) -> Bool {
    state.withLock { state in
      state.cpuAfter = ProcessUsage.now().cpuSeconds
      let silence = Double(SystemClock.monotonicNanoseconds - state.last) / 1e9
      return silence < (state.result.events > 0 ? quietSeconds : 60)
    }
  }

  var result: SocketBench.Result {
    state.withLock { state in
      var result = state.result
      result.seconds = Double(state.last - state.first) / 1e9
      result.cpuSeconds = state.cpuAfter - state.cpuBefore
      if sequencesAreTimes {
        result.latency = SocketBench.Latency(
          p50: state.histogram.percentile(0.5), p99: state.histogram.percentile(0.99),
          p999: state.histogram.percentile(0.999), maximum: state.histogram.maximum)
      }
      return result
    }
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
