import Clocks
import Feeds
import FlowEngine
import JSONText
import Journal
import Lake
import Logging
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one timed run of a tape gave.
public struct BenchResult: Sendable {
  public var events: Int64
  public var trades: Int64
  public var frames: Int64
  public var wallSeconds: Double
  public var cpuSeconds: Double
  public var peakResidentBytes: Int
  public var digest: UInt64
  /// Frames that the layout scanner left to simdjson.
  public var reparsedFrames: Int64
  /// Rows committed to the store; nil without one.
  public var rowsStored: Int64?
  /// What moving the write-ahead log into the file takes after the last commit; not part of `wallSeconds`.
  public var checkpointSeconds: Double?
  /// The engine's time for one print, measured in a second pass over the tape.
  public var service: ServiceTime?
  /// The benchmark's answers as JSON, when asked for.
  public var golden: [UInt8]?

  public var eventsPerSecond: Double { Double(events) / wallSeconds }
}

/// Nanoseconds the engine takes for one print, label to sums.
public struct ServiceTime: Sendable {
  public var p50: Int64
  public var p99: Int64
  public var p999: Int64
  public var maximum: Int64
  /// What reading the clock twice adds to each of the figures above; not subtracted.
  public var clockOverheadNanoseconds: Int64
}

/// The benchmark: a tape through the product's own road, in the reference profile.
public struct BenchRun {
  public var tape: String
  /// Greeks of the tape's contracts; nil when the tape has none.
  public var contracts: String?
  public var wantsGolden = false
  /// With all detectors and the order-flow sums behind the labels, as a server has them.
  public var detects = false

  public init(tape: String, contracts: String? = nil, wantsGolden: Bool = false, detects: Bool = false) {
    self.tape = tape
    self.contracts = contracts
    self.wantsGolden = wantsGolden
    self.detects = detects
  }

  private func configuration(_ profile: FlowConfiguration.Profile) -> FlowConfiguration {
    var configuration = FlowConfiguration(profile: profile)
    configuration.detectors = detects ? DetectorRules() : nil
    configuration.aggregates = detects ? AggregateRules() : nil
    return configuration
  }

  /// Reads, decodes and processes the tape on the calling thread.
  public func withoutStore() throws -> BenchResult {
    try play(.reference, InstrumentTable()) { _ in }
  }

  /// - Parameters:
  ///   - most: frames are taken together until there are so many events, as a live feed does that is behind.
  ///   - record: gets the events of each step before the engine does.
  ///   - sink: gets the outputs of each step.
  private func play(
    _ profile: FlowConfiguration.Profile, _ instruments: InstrumentTable, gathering most: Int = 0,
    record: (UnsafeBufferPointer<MarketEvent>) -> Void = { _ in }, _ sink: (UnsafeBufferPointer<FlowOutput>) -> Void
  ) throws -> BenchResult {
    var engine = FlowEngine(configuration: configuration(profile), instruments: instruments)
    var outputs = OutputBuffer()
    let references = try loadReferences(instruments)
    var golden = wantsGolden ? GoldenReport(instruments: instruments, isDetecting: detects) : nil
    let usageBefore = ProcessUsage.now()
    let start = SystemClock.monotonicNanoseconds
    references.withUnsafeBufferPointer { engine.process($0, into: &outputs) }
    outputs.removeAll()
    var reader = FeedReader(source: try ReplayFile(path: tape, instruments: instruments), instruments: instruments)
    while try reader.next(gathering: most) {
      record(reader.batch.events)
      engine.process(reader.batch.events, into: &outputs)
      golden?.collect(outputs.outputs)
      if outputs.count > 0 { sink(outputs.outputs) }
      outputs.removeAll()
    }
    let wall = SystemClock.monotonicNanoseconds - start
    let usage = ProcessUsage.now()
    let counters = engine.counters
    return BenchResult(
      events: counters.trades + counters.quotes, trades: counters.trades, frames: reader.decoder.counters.frames,
      wallSeconds: Double(wall) / 1e9, cpuSeconds: usage.cpuSeconds - usageBefore.cpuSeconds,
      peakResidentBytes: usage.peakResidentBytes, digest: engine.stateDigest(),
      reparsedFrames: reader.decoder.counters.reparsedFrames, rowsStored: nil, checkpointSeconds: nil, service: nil,
      golden: golden?.json(frames: reader.decoder.counters.frames, engine: engine, instruments: instruments))
  }

  /// The same with the store's thread behind: one row a print, a commit every 5,000, or more when many wait; the minutes'
  /// rows at the end. The database is a new file in a temporary folder.
  public func withStore() throws -> BenchResult {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    var options = StoreOptions(path: directory.path + "/bench.duckdb")
    options.profile = .reference
    let instruments = InstrumentTable()
    let usageBefore = ProcessUsage.now()
    let start = SystemClock.monotonicNanoseconds
    options.checkpointsAtClose = false
    let store = try Store(options)
    let writer = try store.makeWriter(instruments: instruments, log: Log(minimumLevel: .warning))
    _ = try writer.begin(IngestSource(source: "bench", fingerprint: "bench", resumable: false))
    var result = try play(.reference, instruments) { BenchRun.offer($0, to: writer) }
    try writer.close(finished: true, timeoutMilliseconds: 60_000)
    let usage = ProcessUsage.now()
    result.wallSeconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
    result.cpuSeconds = usage.cpuSeconds - usageBefore.cpuSeconds
    result.peakResidentBytes = usage.peakResidentBytes
    result.rowsStored = writer.counters.rowsWritten
    let committed = SystemClock.monotonicNanoseconds
    try store.checkpoint()
    result.checkpointSeconds = Double(SystemClock.monotonicNanoseconds - committed) / 1e9
    return result
  }

  /// The road of a live source: product profile, every column, and, where asked for, the journal before the engine and the lake
  /// behind the store. Everything is on the disk at the end: events, rows, Parquet files.
  public func withRecords(journal wantsJournal: Bool, lake wantsLake: Bool) throws -> BenchResult {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let log = Log(minimumLevel: .warning)
    var options = StoreOptions(path: directory.path + "/bench.duckdb")
    options.checkpointsAtClose = false
    let instruments = InstrumentTable()
    let usageBefore = ProcessUsage.now()
    let start = SystemClock.monotonicNanoseconds
    let store = try Store(options)
    let writer = try store.makeWriter(instruments: instruments, log: log)
    let lake =
      wantsLake
      ? try LakeWriter(
        LakeOptions(directory: directory.path + "/raw/flow"), store: store,
        isStoreBusy: { writer.queueDepth > writer.queueCapacity / 4 }, log: log) : nil
    _ = try writer.begin(IngestSource(source: "bench", fingerprint: "bench", resumable: false))
    lake?.start()
    var result: BenchResult
    if wantsJournal {
      let journal = try Journal(JournalOptions(directory: directory.path + "/journal", source: "bench"), log: log)
      journal.start()
      var appender = try journal.makeAppender(instruments: instruments)
      result = try play(
        .flow, instruments, gathering: EventDoor.recordedEvents,
        record: { appender.append($0, receivedNanoseconds: SystemClock.wallNanoseconds) }
      ) { BenchRun.offer($0, to: writer) }
      journal.close()
    } else {
      result = try play(.flow, instruments) { BenchRun.offer($0, to: writer) }
    }
    try writer.close(finished: true, timeoutMilliseconds: 60_000)
    lake?.close()
    result.wallSeconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
    result.cpuSeconds = ProcessUsage.now().cpuSeconds - usageBefore.cpuSeconds
    result.peakResidentBytes = ProcessUsage.now().peakResidentBytes
    result.rowsStored = writer.counters.rowsWritten
    return result
  }

  /// A tape can wait for the disk. In half a millisecond the store takes a hundredth of the queue.
  private static func offer(_ outputs: UnsafeBufferPointer<FlowOutput>, to writer: StoreWriter) {
    var rest = outputs
    while !rest.isEmpty {
      rest = UnsafeBufferPointer(rebasing: rest[writer.offer(rest)...])
      if !rest.isEmpty { usleep(500) }
    }
  }

  /// Runs the tape again and times each print's way through the engine.
  public func serviceTime() throws -> ServiceTime {
    let instruments = InstrumentTable()
    var engine = FlowEngine(configuration: configuration(.reference), instruments: instruments)
    var outputs = OutputBuffer()
    try loadReferences(instruments).withUnsafeBufferPointer { engine.process($0, into: &outputs) }
    var reader = FeedReader(source: try ReplayFile(path: tape, instruments: instruments), instruments: instruments)
    var histogram = LatencyHistogram()
    while try reader.next() {
      for event in reader.batch.events {
        guard case .trade = event else {
          engine.process(event, into: &outputs)
          continue
        }
        let before = SystemClock.monotonicNanoseconds
        engine.process(event, into: &outputs)
        histogram.record(SystemClock.monotonicNanoseconds - before)
      }
      outputs.removeAll()
    }
    return ServiceTime(
      p50: histogram.percentile(0.5), p99: histogram.percentile(0.99), p999: histogram.percentile(0.999),
      maximum: histogram.maximum, clockOverheadNanoseconds: BenchRun.clockOverhead())
  }

  private func loadReferences(_ instruments: InstrumentTable) throws -> [MarketEvent] {
    guard let contracts else { return [] }
    return try ContractsFile.references(path: contracts, instruments: instruments)
  }

  /// Median of what two readings in a row differ by.
  private static func clockOverhead() -> Int64 {
    var histogram = LatencyHistogram()
    for _ in 0..<10_000 {
      let before = SystemClock.monotonicNanoseconds
      histogram.record(SystemClock.monotonicNanoseconds - before)
    }
    return histogram.percentile(0.5)
  }
}

extension BenchResult {
  /// A few lines for people.
  public var summary: String {
    func millions(_ value: Double) -> String { String(Double(Int(value / 10_000)) / 100) + " M" }
    var lines = [
      "\(events) events (\(trades) prints) in \(Double(Int(wallSeconds * 1000)) / 1000) s: \(millions(eventsPerSecond)) events/s",
      "cpu \(Double(Int(cpuSeconds * 1000)) / 1000) s, peak memory \(peakResidentBytes >> 20) MiB, digest \(DigestText.text(digest))",
    ]
    if let rowsStored { lines.append("\(rowsStored) rows committed") }
    if let service {
      lines.append(
        "per print: p50 \(service.p50) ns, p99 \(service.p99) ns, p99.9 \(service.p999) ns, max \(service.maximum) ns "
          + "(clock reading \(service.clockOverheadNanoseconds) ns included)")
    }
    return lines.joined(separator: "\n")
  }

  /// Names as other implementations of the benchmark print them.
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("events", events)
      json.field("trades", trades)
      json.field("frames", frames)
      json.field("wall_seconds", wallSeconds)
      json.field("cpu_seconds", cpuSeconds)
      json.field("events_per_second", eventsPerSecond.rounded())
      json.field("peak_rss_bytes", peakResidentBytes)
      json.field("digest", DigestText.text(digest))
      json.field("reparsed_frames", reparsedFrames)
      if let rowsStored { json.field("rows_stored", rowsStored) }
      if let checkpointSeconds { json.field("checkpoint_seconds", checkpointSeconds) }
      guard let service else { return }
      json.key("service_nanoseconds")
      json.object { json in
        json.field("p50", service.p50)
        json.field("p99", service.p99)
        json.field("p99_9", service.p999)
        json.field("max", service.maximum)
        json.field("clock_overhead", service.clockOverheadNanoseconds)
      }
    }
  }
}
