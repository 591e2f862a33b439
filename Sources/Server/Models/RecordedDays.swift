import JSONText
import MarketModel

/// Where a day that can be played again is kept.
public enum RecordedPlace: String, Sendable, CaseIterable {
  /// As it was received live.
  case journal
  /// As the vendor's history has it.
  case cache
}

extension RecordedPlace: APIChoice { var apiName: String { rawValue } }

/// A day that can be played again.
public struct RecordedDayFacts: Sendable {
  public var date: MarketDate
  public var place: RecordedPlace
  /// Of what is played, as it lies on the disk.
  public var bytes: Int64
  /// Events, where that is known without reading them.
  public var trades: Int64?
  public var quotes: Int64?
  /// Times of the first and the last event; `.none` where only the events know.
  public var first = Timestamp.none
  public var last = Timestamp.none

  public init(date: MarketDate, place: RecordedPlace, bytes: Int64) {
    self.date = date
    self.place = place
    self.bytes = bytes
  }

  static let schema = Schema<RecordedDayFacts>(
    "RecordedDay", "A day that can be played again.",
    [
      .date("date", "The trading day.") { $0.date },
      .choice("source", "journal: as it was received live; cache: as it was fetched of the vendor's history.") {
        $0.place
      },
      .integer("bytes", "What is played, as it lies on the disk.") { $0.bytes },
      .integerOrNull("trades", "Prints; null where only the events tell.") { $0.trades },
      .integerOrNull("quotes", "Quotes; likewise.") { $0.quotes },
      .timeOrNull("first", "Time of the first event; likewise.") { $0.first },
      .timeOrNull("last", "Time of the last event; likewise.") { $0.last },
    ])
}

/// Which day is to be played, and which stretch of it.
public struct DayChoice: Sendable, Equatable {
  public var date: MarketDate
  /// Nil: the journal, else the cache.
  public var place: RecordedPlace?
  /// Nil from its beginning, to its end.
  public var from: DayTime?
  public var to: DayTime?
}

/// What became of a choice.
public enum DayOutcome: Sendable, Equatable {
  case accepted
  /// There is no such day; the text says which there are.
  case unknown(String)
  /// It is there and cannot be played; the text says why.
  case refused(String)
}

/// The days that were recorded on this machine, whatever this run plays.
public struct RecordedDays: Sendable {
  /// Newest first. Reads the disk: called on a thread that may wait, as is `play`.
  public var list: @Sendable () throws -> [RecordedDayFacts]
  /// What to type for a server that plays a day.
  public var command: @Sendable (MarketDate) -> String
  /// Plays another day, with what else is wanted of the player; nil where this run cannot.
  public var play: (@Sendable (DayChoice, PlayerCommand) -> DayOutcome)?

  public init(
    list: @escaping @Sendable () throws -> [RecordedDayFacts], command: @escaping @Sendable (MarketDate) -> String
  ) {
    self.list = list
    self.command = command
  }
}

/// The answer of `/replay/days`.
struct RecordedDaysAnswer: Sendable {
  var days: [RecordedDayFacts]

  static let schema = Schema<RecordedDaysAnswer>(
    "RecordedDays", "Days that can be played again.",
    [.records("days", "Newest first.", RecordedDayFacts.schema) { $0.days }])
}
