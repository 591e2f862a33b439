import Clocks
import Feeds
import FlowEngine
import History
import Journal
import Logging
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Plays a recording through an engine of its own on the calling thread and adds up what came out.
struct ReplayRun {
  enum Source {
    /// - contracts: greeks of the recording's contracts; nil for none.
    case file(path: String, contracts: String?)
    case day(RecordedDay)
  }

  var source: Source
  /// Stream seconds a wall second; nil without pauses.
  var speed: Double?
  var window = PlayWindow()
  /// Only what belongs to this underlying; nil for everything.
  var underlying: SymbolText?
  /// For what is wrong with the recording.
  var log = Log(minimumLevel: .warning)

  /// - Parameter progress: told bytes read and bytes in total, now and then.
  func play(progress: (Int, Int) -> Void) throws -> ReplaySummary {
    try play(InstrumentTable(), into: nil, progress)
  }

  /// Plays a day, the whole of it, and makes a database of what comes out.
  /// - Parameter path: the new file; there must be none.
  func play(into path: String, progress: (Int, Int) -> Void) throws -> ReplaySummary {
    guard case .day(let day) = source, window == PlayWindow(), underlying == nil else {
      preconditionFailure("ReplayRun: a database is made of whole days")
    }
    let instruments = InstrumentTable()
    return try NewDatabase.make(
      DatabaseFiles(path: path), source: day.ingestSource(), instruments: instruments, log: Log(minimumLevel: .warning)
    ) { try play(instruments, into: $0, progress) }
  }

  private func play(
    _ instruments: InstrumentTable, into database: NewDatabase?, _ progress: (Int, Int) -> Void
  ) throws -> ReplaySummary {
    switch source {
    case .file(let path, let contracts):
      let references = try contracts.map { try ContractsFile.references(path: $0, instruments: instruments) } ?? []
      return try play(try ReplayFile(path: path, instruments: instruments), references, instruments, database, progress)
    case .day(.journal(let archive, let date)):
      return try play(
        try JournalDaySource(archive, date, instruments: instruments, log: log), [], instruments, database, progress)
    case .day(.history(let day)):
      return try play(try day.makeSource(instruments: instruments), [], instruments, database, progress)
    }
  }

  private func play<Source: ReplaySource & ~Copyable>(
    _ source: consuming Source, _ references: [MarketEvent], _ instruments: InstrumentTable, _ database: NewDatabase?,
    _ progress: (Int, Int) -> Void
  ) throws -> ReplaySummary {
    var player = ReplayPlay(self, instruments, database)
    try references.withUnsafeBufferPointer { try player.process($0) }
    var reader = FeedReader(source: source, instruments: instruments)
    var pacer = Pacer(speed: speed)
    var steps = 0
    while try reader.next() {
      if speed != nil, player.isWithin(reader.streamTime) { ReplayRun.wait(until: reader.streamTime, &pacer) }
      guard try player.play(reader.batch.events, at: reader.streamTime) else { break }
      steps += 1
      if steps & 0xFFF == 0 { progress(reader.source.bytesRead, reader.source.totalBytes) }
    }
    try player.finish()
    return ReplaySummary(
      source: reader.source.summary, decoded: reader.decoder.counters, refusedLines: reader.source.refusedLines,
      firstRefusal: reader.source.firstRefusal, correctedRows: reader.source.correctedRows,
      missingEvents: reader.source.missingEvents, counters: player.counters,
      sums: player.sums, digest: player.digest)
  }

  private static func wait(until time: Timestamp, _ pacer: inout Pacer) {
    while true {
      let delay = pacer.delay(until: time, now: SystemClock.monotonicNanoseconds)
      guard delay > 0 else { return }
      var pause = timespec(tv_sec: Int(delay / 1_000_000_000), tv_nsec: Int(delay % 1_000_000_000))
      nanosleep(&pause, nil)
    }
  }
}

/// The engine of a replay: everything up to the end of the stretch goes through it, what the stretch brings is added up.
private struct ReplayPlay: ~Copyable {
  private let window: PlayWindow
  private let underlying: SymbolText?
  private let instruments: InstrumentTable
  /// Where everything goes that comes out; nil for nowhere.
  private let database: NewDatabase?
  private var engine: FlowEngine
  private var outputs = OutputBuffer()
  private var bounds: PlayWindow.Bounds?
  /// What the engine had counted when the stretch began; nil before.
  private var before: FlowCounters?
  private(set) var sums = ReplaySums()

  init(_ run: ReplayRun, _ instruments: InstrumentTable, _ database: NewDatabase?) {
    self.database = database
    window = run.window
    underlying = run.underlying
    self.instruments = instruments
    engine = FlowEngine(configuration: .product, instruments: instruments)
    if window == PlayWindow() {
      bounds = PlayWindow.Bounds()
      before = FlowCounters()
    }
  }

  /// What the stretch has brought.
  var counters: FlowCounters { engine.counters.since(before ?? engine.counters) }
  var digest: UInt64 { engine.stateDigest() }

  func isWithin(_ time: Timestamp) -> Bool { bounds?.holds(time) ?? false }

  /// Plays the events of a moment.
  /// - Returns: false when the stretch is over.
  mutating func play(_ events: UnsafeBufferPointer<MarketEvent>, at time: Timestamp) throws -> Bool {
    if bounds == nil, time != .none { bounds = window.bounds(on: TradingCalendar.tradingDay(containing: time)) }
    var rest = events
    if before == nil, let start = bounds?.start(in: rest) {
      try process(UnsafeBufferPointer(rebasing: rest[..<start]))
      before = engine.counters
      rest = UnsafeBufferPointer(rebasing: rest[start...])
    }
    guard let end = bounds?.end(in: rest) else {
      try process(rest)
      return true
    }
    try process(UnsafeBufferPointer(rebasing: rest[..<end]))
    return false
  }

  mutating func process(_ events: UnsafeBufferPointer<MarketEvent>) throws {
    if let underlying {
      for event in events where event.belongs(to: underlying, instruments) { engine.process(event, into: &outputs) }
    } else {
      engine.process(events, into: &outputs)
    }
    if before != nil { for output in outputs.outputs { sums.add(output, instruments) } }
    try database?.store(outputs.outputs)
    outputs.removeAll()
  }

  /// Nothing more comes.
  mutating func finish() throws {
    guard let database else { return }
    engine.recordDigest(into: &outputs)
    try database.store(outputs.outputs)
    outputs.removeAll()
  }
}

extension MarketEvent {
  /// Clock and incidents are everybody's.
  fileprivate func belongs(to underlying: SymbolText, _ instruments: InstrumentTable) -> Bool {
    let instrument: InstrumentID
    switch self {
    case .trade(let trade): instrument = trade.instrument
    case .quote(let quote): instrument = quote.instrument
    case .bar(let bar): instrument = bar.instrument
    case .reference(let reference): instrument = reference.instrument
    case .clock, .incident: return true
    }
    return instruments[instruments[instrument].underlying].symbol == underlying
  }
}

extension FlowCounters {
  /// What has come since an earlier reading.
  fileprivate func since(_ before: FlowCounters) -> FlowCounters {
    var counters = self
    counters.events -= before.events
    counters.trades -= before.trades
    counters.quotes -= before.quotes
    counters.bars -= before.bars
    counters.excludedTrades -= before.excludedTrades
    counters.sideSell -= before.sideSell
    counters.sideMid -= before.sideMid
    counters.sideBuy -= before.sideBuy
    counters.sideUnknown -= before.sideUnknown
    for (index, count) in before.byMethod.enumerated() { counters.byMethod[index] -= count }
    counters.sweeps -= before.sweeps
    counters.blocks -= before.blocks
    counters.cancellations -= before.cancellations
    counters.unmatchedCancellations -= before.unmatchedCancellations
    return counters
  }
}
