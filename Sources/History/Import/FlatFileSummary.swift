import MarketModel

/// What came of an import.
public struct FlatFileSummary: Sendable {
  public var date: MarketDate
  public var content: HistoryManifest.Content
  /// Rows that are in the cache now.
  public var rows: Int64 = 0
  /// Rows of contracts that were complete already.
  public var alreadyHere: Int64 = 0
  /// Rows of other trading days.
  public var otherDays: Int64 = 0
  public var corrected: Int64 = 0
  public var refused: Int64 = 0
  public var firstRefusal: String?
  /// The very file was imported before: nothing was done.
  public var isKnown = false
}
