import Feeds
import MarketModel

/// Market data that were fetched once and can be replayed for ever: a folder a day.
public struct HistoryCache: Sendable {
  public let options: HistoryOptions

  public init(_ options: HistoryOptions) { self.options = options }

  /// Days of which something is here, ascending.
  public func days() throws(HistoryError) -> [MarketDate] {
    return try DayFolder.names(in: options.directory).compactMap { MarketDate($0) }.sorted()
  }

  /// A day that can be replayed; nil when nothing was ever fetched of it.
  /// - Throws: `.damaged` when its manifest cannot be read, `.incomplete` when its fetch has not come to an end yet.
  public func day(_ date: MarketDate) throws(HistoryError) -> HistoryDay? {
    let folder = folder(date)
    guard let manifest = try folder.readManifest() else { return nil }
    return try HistoryDay(folder: folder, manifest: manifest)
  }

  /// What the cache has of a day; nil when that is nothing.
  public func manifest(_ date: MarketDate) throws(HistoryError) -> HistoryManifest? {
    try folder(date).readManifest()
  }

  func folder(_ date: MarketDate) -> DayFolder { DayFolder(cache: options.directory, date: date) }
}
