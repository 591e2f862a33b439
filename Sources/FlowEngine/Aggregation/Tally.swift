import MarketModel

/// The engine's counters while it runs; `FlowCounters` is their public form.
struct Tally: BitwiseCopyable {
  var events: Int64 = 0
  var trades: Int64 = 0
  var quotes: Int64 = 0
  var bars: Int64 = 0
  /// Labelled prints given out; numbers them.
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
  /// By side: sell, mid, buy, unknown (raw value + 1).
  private var bySide: InlineArray<4, Int64> = .init(repeating: 0)
  private var byMethod: InlineArray<16, Int64> = .init(repeating: 0)

  init() {}

  @inline(__always)
  mutating func count(_ label: SideLabel) {
    bySide[Int(label.side.rawValue &+ 1)] &+= 1
    byMethod[Int(label.method.rawValue)] &+= 1
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
    return counters
  }
}
