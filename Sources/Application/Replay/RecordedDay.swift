import Journal
import MarketModel

/// A day that can be played again, and where it is kept.
enum RecordedDay: Sendable {
  /// As it was received live.
  case journal(JournalArchive, MarketDate)

  /// Looks for a day.
  /// - Throws: `ServeError` when nobody has it, `JournalError`.
  init(_ date: MarketDate, in directory: DataDirectory) throws {
    let archive = try JournalArchive.ifPresent(in: directory)
    let days = try archive?.days().map(\.date) ?? []
    guard let archive, days.contains(date) else {
      let known = days.isEmpty ? "which has no day" : "which has \(RecordedDay.list(days))"
      throw ServeError(
        "\(date) is not recorded: it is not in the journal \(directory.journal), \(known); "
          + "record it with marketflow serve --provider polygon, or name another --data-dir")
    }
    self = .journal(archive, date)
  }

  var summary: String {
    switch self {
    case .journal(_, let date): "journal \(date)"
    }
  }

  /// Plays the day on the feed's thread.
  func start(_ feed: FeedThread, instruments: InstrumentTable) {
    switch self {
    case .journal(let archive, let date):
      feed.start(instruments: instruments) { try JournalDaySource(archive, date, instruments: instruments) }
    }
  }

  /// The newest few, for a message.
  static func list(_ days: [MarketDate]) -> String {
    let newest = days.suffix(5).map(\.description).joined(separator: ", ")
    return days.count > 5 ? "\(days.count) days up to \(newest)" : newest
  }
}
