import MarketModel

/// The option flow of the day by contract, kind and side, of the newest minutes likewise, and by underlying in steps of five
/// minutes. A print counts at its own time; one whose time is not of the trading day does not count. What is made of the sums
/// (`FlowReport`) is for readers to work out.
struct FlowAggregates: ~Copyable {
  /// Kinds x sides.
  static let places = TradeKind.allCases.count * AggressorSide.count
  static let intervalMinutes: Int32 = 5
  /// The minute under way and the 59 before it.
  static let windowMinutes: Int32 = 60
  private static let none = UInt32.max

  struct Contract: BitwiseCopyable {
    /// By kind, then side: those of single prints, which most are, stand next to what each print reads.
    var sums: InlineArray<20, FlowSums> = .init(repeating: FlowSums())
    var cells = CellChain()
    var instrument: InstrumentID
    /// Index of the underlying's contract before this one; `none` for the first.
    var previous: UInt32
  }

  private struct Underlying {
    var newestContract = FlowAggregates.none
    /// Ascending; none without a print, unless all were taken back.
    var intervals: [Interval] = []
  }

  struct Interval: BitwiseCopyable {
    /// Minutes since 1970.
    var minute: Int32
    /// Calls, then puts; by side.
    var sums: InlineArray<8, FlowSums> = .init(repeating: FlowSums())
  }

  private let rules: AggregateRules
  private var contracts: [Contract] = []
  /// Index in `contracts` by InstrumentID.
  private var indexOfInstrument: [UInt32] = []
  /// By `ContractState.underlyingSlot`.
  private var underlyings: [Underlying] = []
  private var cells: MinuteCells
  /// The trading day, from 04:00 New York time to 04:00 of the next.
  private(set) var dayStart = Timestamp.none
  private(set) var dayEnd = Timestamp.none

  init(_ rules: AggregateRules?) {
    self.rules = rules ?? AggregateRules()
    cells = MinuteCells(capacity: rules == nil ? 1 : Limits.flowCells)
  }

  var institutionalPremiumMicros: Int64 { rules.institutionalPremiumMicros }

  /// Forgets the day before; keeps its memory.
  mutating func beginDay(_ day: MarketDate) {
    forgetDay()
    dayStart = TradingSession(date: day, isHalfDay: false).preMarketOpen
    dayEnd = TradingCalendar.sessionBoundary(after: dayStart)
  }

  mutating func forgetDay() {
    contracts.removeAll(keepingCapacity: true)
    indexOfInstrument.removeAll(keepingCapacity: true)
    underlyings.removeAll(keepingCapacity: true)
    cells.removeAll()
    dayStart = .none
    dayEnd = .none
  }

  /// Books an option print, or takes it back.
  /// - Parameters:
  ///   - time: of the print.
  ///   - underlying: its slot.
  @inline(never)
  mutating func add(
    _ instrument: InstrumentID, underlying: UInt32, isCall: Bool, time: Timestamp, streamTime: Timestamp, size: UInt32,
    premiumMicros: Int64, netDeltaNanos: Int64, kind: TradeKind, side: AggressorSide, weight: Int64
  ) {
    guard time >= dayStart, time < dayEnd else { return }
    let sums = FlowSums(
      size: size, premiumMicros: premiumMicros, netDeltaNanos: netDeltaNanos,
      isInstitutional: premiumMicros >= rules.institutionalPremiumMicros, weight: weight)
    let minute = time.minute
    let place = Int(kind.rawValue) * AggressorSide.count + side.position
    let index = index(of: instrument, underlying)
    contracts[index].sums[place] += sums
    cells.add(
      sums, minute: minute, place: UInt8(truncatingIfNeeded: place), streamMinute: streamTime.minute,
      to: &contracts[index].cells)
    let column = (isCall ? 0 : AggressorSide.count) + side.position
    addToInterval(
      sums, Int(underlying), minute / FlowAggregates.intervalMinutes * FlowAggregates.intervalMinutes, column)
  }

  /// Makes the memory of what may come next.
  mutating func makeRoom() { cells.makeRoom() }

  @inline(__always)
  private mutating func index(of instrument: InstrumentID, _ underlying: UInt32) -> Int {
    if instrument.index < indexOfInstrument.count {
      let index = indexOfInstrument[instrument.index]
      if index != FlowAggregates.none { return Int(index) }
    }
    return append(instrument, Int(underlying))
  }

  @inline(never)
  private mutating func append(_ instrument: InstrumentID, _ underlying: Int) -> Int {
    while indexOfInstrument.count <= instrument.index { indexOfInstrument.append(FlowAggregates.none) }
    while underlyings.count <= underlying { underlyings.append(Underlying()) }
    let index = contracts.count
    contracts.append(Contract(instrument: instrument, previous: underlyings[underlying].newestContract))
    indexOfInstrument[instrument.index] = UInt32(index)
    underlyings[underlying].newestContract = UInt32(index)
    return index
  }

  @inline(__always)
  private mutating func addToInterval(_ sums: FlowSums, _ underlying: Int, _ minute: Int32, _ column: Int) {
    let last = underlyings[underlying].intervals.count - 1
    if last >= 0, underlyings[underlying].intervals[last].minute == minute {
      underlyings[underlying].intervals[last].sums[column] += sums
    } else {
      addToOtherInterval(sums, underlying, minute, column)
    }
  }

  @inline(never)
  private mutating func addToOtherInterval(_ sums: FlowSums, _ underlying: Int, _ minute: Int32, _ column: Int) {
    let before = underlyings[underlying].intervals.lastIndex { $0.minute <= minute }
    if let before, underlyings[underlying].intervals[before].minute == minute {
      underlyings[underlying].intervals[before].sums[column] += sums
    } else {
      var interval = Interval(minute: minute)
      interval.sums[column] = sums
      underlyings[underlying].intervals.insert(interval, at: before.map { $0 + 1 } ?? 0)
    }
  }

  // MARK: Reading

  /// First minute of the window that ends with the stream's: later than it should be only when the ring has dropped cells of it.
  func windowStart(at streamTime: Timestamp) -> (wanted: Int32, whole: Int32) {
    let wanted = max(streamTime.minute - FlowAggregates.windowMinutes + 1, dayStart.minute)
    return (wanted, max(wanted, cells.wholeFrom))
  }

  func forEachContract(of underlying: UInt32, _ body: (borrowing Contract) -> Void) {
    guard Int(underlying) < underlyings.count else { return }
    var index = underlyings[Int(underlying)].newestContract
    while index != FlowAggregates.none {
      body(contracts[Int(index)])
      index = contracts[Int(index)].previous
    }
  }

  func forEachCell(of contract: borrowing Contract, from first: Int32, _ body: (borrowing MinuteCell) -> Void) {
    cells.forEach(contract.cells, from: first, body)
  }

  func intervals(of underlying: UInt32) -> [Interval] {
    Int(underlying) < underlyings.count ? underlyings[Int(underlying)].intervals : []
  }

  // MARK: Snapshot

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(dayStart)
    snapshot.add(dayEnd)
    snapshot.add(contracts)
    snapshot.add(indexOfInstrument)
    snapshot.add(underlyings.count)
    for underlying in underlyings {
      snapshot.add(underlying.newestContract)
      snapshot.add(underlying.intervals)
    }
    cells.save(into: &snapshot)
  }

  /// Into new ones.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    dayStart = try reader.read()
    dayEnd = try reader.read()
    contracts = try reader.readArray()
    indexOfInstrument = try reader.readArray()
    for _ in 0..<(try reader.read(Int.self)) {
      underlyings.append(Underlying(newestContract: try reader.read(), intervals: try reader.readArray()))
    }
    try cells.restore(&reader)
  }
}

extension Timestamp {
  /// Whole minutes since 1970.
  @inline(__always)
  var minute: Int32 { Int32(truncatingIfNeeded: minuteStart.nanoseconds / 60_000_000_000) }

  init(minute: Int32) { self.init(seconds: Int64(minute) * 60) }
}
