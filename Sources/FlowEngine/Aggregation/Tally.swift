import MarketModel

/// The engine's counters of one day; `FlowCounters` is their public form.
struct Tally: BitwiseCopyable {
  var events: Int64 = 0
  var trades: Int64 = 0
  var quotes: Int64 = 0
  var bars: Int64 = 0
  /// Labelled prints given out; numbers them within the day.
  var prints: Int64 = 0
  var excluded: Int64 = 0
  var sweeps: Int64 = 0
  var blocks: Int64 = 0
  var cancellations: Int64 = 0
  var unmatchedCancellations: Int64 = 0
  /// Minutes that could not be built again after a cancellation, because their prints are no longer remembered.
  var unrepairedMinutes: Int64 = 0
  /// Times too far ahead of the stream to be believed at once.
  var doubtedTimes: Int64 = 0
  /// Of the days before; the detector counts today's.
  private var refusedSweeps: Int64 = 0
  /// By side: sell, mid, buy, unknown (raw value + 1).
  private var bySide: InlineArray<4, Int64> = .init(repeating: 0)
  private var byMethod: InlineArray<16, Int64> = .init(repeating: 0)

  init() {}

  @inline(__always)
  mutating func count(_ label: SideLabel) {
    bySide[Int(label.side.rawValue &+ 1)] &+= 1
    byMethod[Int(label.method.rawValue)] &+= 1
  }

  /// Adds a day.
  mutating func add(_ day: Tally, refusedSweeps refused: Int64) {
    events += day.events
    trades += day.trades
    quotes += day.quotes
    bars += day.bars
    prints += day.prints
    excluded += day.excluded
    sweeps += day.sweeps
    blocks += day.blocks
    cancellations += day.cancellations
    unmatchedCancellations += day.unmatchedCancellations
    unrepairedMinutes += day.unrepairedMinutes
    doubtedTimes += day.doubtedTimes
    refusedSweeps += refused
    for i in bySide.indices { bySide[i] += day.bySide[i] }
    for i in byMethod.indices { byMethod[i] += day.byMethod[i] }
  }

  func counters() -> FlowCounters {
    var counters = FlowCounters()
    counters.events = events
    counters.trades = trades
    counters.quotes = quotes
    counters.bars = bars
    counters.excludedTrades = excluded
    counters.sideSell = bySide[0]
    counters.sideMid = bySide[1]
    counters.sideBuy = bySide[2]
    counters.sideUnknown = bySide[3]
    for method in LabelMethod.allCases { counters.byMethod[Int(method.rawValue)] = byMethod[Int(method.rawValue)] }
    counters.sweeps = sweeps
    counters.blocks = blocks
    counters.cancellations = cancellations
    counters.unmatchedCancellations = unmatchedCancellations
    counters.doubtedTimes = doubtedTimes
    counters.unrepairedMinutes = unrepairedMinutes
    counters.refusedSweeps = refusedSweeps
    return counters
  }
}
