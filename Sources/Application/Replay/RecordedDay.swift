import History
import Journal
import Logging
import MarketModel

/// A day that can be played again, and where it is kept.
enum RecordedDay: Sendable {
  /// As it was received live.
  case journal(JournalArchive, MarketDate)
  /// As the vendor's history has it.
  case history(HistoryDay)

  /// Looks for a day: in the journal, else in the cache of fetched history.
  /// - Throws: `ServeError` when nobody has it; `JournalError`, `HistoryError`.
  init(_ date: MarketDate, in directory: DataDirectory) throws {
    let archive = try JournalArchive.ifPresent(in: directory)
    let days = try archive?.days().map(\.date) ?? []
    if let archive, days.contains(date) {
      self = .journal(archive, date)
      return
    }
    let cache = HistoryCache(HistoryOptions(directory: directory.cache))
    guard let day = try cache.day(date) else {
      let known = RecordedDay.list(days)
      throw ServeError(
        "\(date) is not recorded: the journal \(directory.journal) has \(known), the cache \(directory.cache) "
          + "\(RecordedDay.list(try cache.days())); get it with marketflow fetch --date \(date), or name another --data-dir"
      )
    }
    self = .history(day)
  }

  var summary: String {
    switch self {
    case .journal(_, let date): "journal \(date)"
    case .history(let day): day.summary
    }
  }

  /// Plays the day on the feed's thread.
  func start(_ feed: FeedThread, instruments: InstrumentTable, log: Log) {
    switch self {
    case .journal(let archive, let date):
      feed.start(instruments: instruments) { try JournalDaySource(archive, date, instruments: instruments, log: log) }
    case .history(let day):
      feed.start(instruments: instruments) { try day.makeSource(instruments: instruments) }
    }
  }

  /// The newest few, for a message.
  static func list(_ days: [MarketDate]) -> String {
    let newest = days.suffix(5).map(\.description).joined(separator: ", ")
    return days.isEmpty ? "no day" : days.count > 5 ? "\(days.count) days up to \(newest)" : newest
  }
}
