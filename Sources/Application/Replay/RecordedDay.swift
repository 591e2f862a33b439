import History
import Journal
import Logging
import MarketModel
import Storage

/// A day that can be played again, and where it is kept.
enum RecordedDay: Sendable {
  /// As it was received live.
  case journal(JournalArchive, MarketDate)
  /// As the vendor's history has it.
  case history(HistoryDay)

  /// Looks for a day: in the journal, else in the cache of fetched history.
  /// - Parameters:
  ///   - fromCache: the day as it was fetched, also when the journal has it.
  ///   - fromJournal: the day as it was received, or none.
  /// - Throws: `ServeError` when nobody has it; `JournalError`, `HistoryError`.
  init(_ date: MarketDate, in directory: DataDirectory, fromCache: Bool = false, fromJournal: Bool = false) throws {
    let archive = try JournalArchive.ifPresent(in: directory)
    let days = try archive?.days().map(\.date) ?? []
    if !fromCache, let archive, days.contains(date) {
      self = .journal(archive, date)
      return
    }
    if fromJournal {
      throw ServeError(
        "\(date) is not in the journal \(directory.journal), which has \(RecordedDay.list(days)); name another day, or the cache"
      )
    }
    let cache = HistoryCache(HistoryOptions(directory: directory.cache))
    guard let day = try cache.day(date) else {
      if fromCache {
        throw ServeError(
          "\(date) was not fetched: the cache \(directory.cache) has \(RecordedDay.list(try cache.days())); get it with "
            + "marketflow fetch --date \(date), or leave --from-cache out")
      }
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

  /// What a database knows the day as.
  func ingestSource() -> IngestSource {
    switch self {
    case .journal(let archive, _): archive.ingestSource()
    case .history(let day):
      IngestSource(source: day.summary, fingerprint: "history \(day.fingerprint)", resumable: false)
    }
  }

  /// The newest few, for a message.
  static func list(_ days: [MarketDate]) -> String {
    let newest = days.suffix(5).map(\.description).joined(separator: ", ")
    return days.isEmpty ? "no day" : days.count > 5 ? "\(days.count) days up to \(newest)" : newest
  }
}
