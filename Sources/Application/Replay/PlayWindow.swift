import MarketModel

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
