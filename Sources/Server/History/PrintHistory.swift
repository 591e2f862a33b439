import FlowEngine
import MarketModel

/// Which prints are wanted, by what is written in their rows.
struct PrintFilter: Sendable, Hashable {
  /// An underlying (`SPY`) or a whole contract (`O:SPY251216C00572000`), canonical; nil for all.
  var symbol: String?
  var expiry: MarketDate?
  var right: OptionRight?
  var side: AggressorSide?
  /// Zero for all.
  var minimumPremiumMicros: Int64 = 0
}

/// Prints that left memory, read on the query thread only.
protocol PrintHistory: AnyObject {
  /// The newest matching prints with an id below `before`, newest first.
  func prints(matching filter: PrintFilter, before: Int64, limit: Int) throws -> [PrintRow]
}
