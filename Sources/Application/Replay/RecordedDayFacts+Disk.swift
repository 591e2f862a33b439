import History
import Journal
import MarketModel
import Server

extension RecordedDayFacts {
  /// What a data folder has that can be played again, newest first; of one day the journal's before the cache's.
  /// - Throws: `JournalError`, `HistoryError` when the folders cannot be read.
  static func all(in directory: DataDirectory) throws -> [RecordedDayFacts] {
    let received = try JournalArchive.ifPresent(in: directory)?.days() ?? []
    let cache = HistoryCache(HistoryOptions(directory: directory.cache))
    let fetched = try cache.days().compactMap { date -> HistoryDay? in
      // A day whose fetch goes on, or whose manifest is damaged, cannot be played; `marketflow cache verify` says more of it.
      do throws(HistoryError) { return try cache.day(date) } catch { return nil }
    }
    let facts =
      received.map { RecordedDayFacts(date: $0.date, place: .journal, bytes: $0.bytes) }
      + fetched.map { RecordedDayFacts($0) }
    return facts.sorted { a, b in a.date != b.date ? a.date > b.date : a.place == .journal && b.place == .cache }
  }

  private init(_ day: HistoryDay) {
    self.init(date: day.date, place: .cache, bytes: day.manifest.merged?.bytes ?? 0)
    trades = day.trades
    quotes = day.quotes
    first = day.first
    last = day.last
  }
}
