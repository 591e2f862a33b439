import MarketModel

/// A time of New York's day, as people type it: `09:30`.
struct DayTime: Hashable, Comparable, Sendable {
  /// Since midnight, at most 24 hours.
  let secondOfDay: Int

  /// From `HH:MM` or `HH:MM:SS`, up to `24:00`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }),
      text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ":") })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    let second = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    guard numbers[1] < 60, numbers.count < 3 || numbers[2] < 60, second <= 86_400 else { return nil }
    secondOfDay = second
  }

  init(secondOfDay: Int) { self.secondOfDay = secondOfDay }

  static func < (a: DayTime, b: DayTime) -> Bool { a.secondOfDay < b.secondOfDay }
}

/// The stretch of a day that is played, in New York's time. What comes before it is played, too, without pauses: prints are
/// labelled by everything that was known, so those of the stretch are the same as in the whole day.
struct PlayWindow: Hashable, Sendable {
  /// Nil from the beginning.
  var from: DayTime?
  /// Nil to the end.
  var to: DayTime?
  /// From the open to the close of the day's session by the calendar; `from` and `to` go before it.
  var isMarketHours = false

  /// The stretch of one day.
  struct Bounds: Hashable, Sendable {
    var from: Timestamp?
    /// The first moment that is not played.
    var to: Timestamp?

    func holds(_ time: Timestamp) -> Bool { from.map { time >= $0 } ?? true && to.map { time < $0 } ?? true }

    /// Which of a moment's events is the first of the stretch; nil when it has not begun with them.
    func start(in events: UnsafeBufferPointer<MarketEvent>) -> Int? {
      guard let from else { return events.startIndex }
      return events.firstIndex { $0.reachedTime.map { $0 >= from } ?? false }
    }

    /// Which of a moment's events is the first behind the stretch; nil when it goes on after them.
    func end(in events: UnsafeBufferPointer<MarketEvent>) -> Int? {
      guard let to else { return nil }
      return events.firstIndex { $0.reachedTime.map { $0 >= to } ?? false }
    }
  }

  /// A day without a session has no market hours.
  func bounds(on day: MarketDate) -> Bounds {
    let session = isMarketHours ? TradingCalendar.session(on: day) : nil
    return Bounds(
      from: from.map { Timestamp(newYork: day, secondOfDay: $0.secondOfDay) } ?? session?.open,
      to: to.map { Timestamp(newYork: day, secondOfDay: $0.secondOfDay) } ?? session?.close)
  }
}
