/// Where fetched market data are kept: fetched once, replayed for ever.
public struct HistoryOptions: Sendable {
  /// Folder of the cache; one folder a day below it.
  public var directory: String

  public init(directory: String) { self.directory = directory }
}
