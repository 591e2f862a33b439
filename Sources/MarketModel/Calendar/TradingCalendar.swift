/// The sessions of the US stock and listed-options markets, by rule (NYSE), for 2004 and later. Unscheduled halts and
/// closures that were announced after this was written are not in it.
public enum TradingCalendar {
  /// Whether the market opens on this day.
  public static func isSession(_ date: MarketDate) -> Bool {
    let weekday = date.weekday
    return weekday != .saturday && weekday != .sunday && MarketHoliday.on(date) == nil
  }

  /// The session of a day; nil when the market stays closed.
  public static func session(on date: MarketDate) -> TradingSession? {
    isSession(date) ? TradingSession(date: date, isHalfDay: MarketHoliday.isHalfDay(date)) : nil
  }

  /// All sessions of a range of days, ascending.
  public static func sessions(in days: ClosedRange<MarketDate>) -> [TradingSession] {
    (days.lowerBound.daysSinceEpoch...days.upperBound.daysSinceEpoch).compactMap {
      session(on: MarketDate(daysSinceEpoch: $0))
    }
  }

  /// The first day with a session after this day.
  public static func nextSession(after date: MarketDate) -> MarketDate {
    var day = date.adding(days: 1)
    while !isSession(day) { day = day.adding(days: 1) }
    return day
  }

  /// The last day with a session before this day.
  public static func previousSession(before date: MarketDate) -> MarketDate {
    var day = date.adding(days: -1)
    while !isSession(day) { day = day.adding(days: -1) }
    return day
  }

  /// The trading day that a moment belongs to. A trading day reaches from 04:00 New York time of its session to 04:00 of the
  /// next: the first pre-market print belongs to the new day; evenings, nights, weekends and holidays to the day before.
  public static func tradingDay(containing time: Timestamp) -> MarketDate {
    let local = NewYorkTime(time)
    let day = local.secondOfDay < TradingSession.dayStartSecond ? local.date.adding(days: -1) : local.date
    return isSession(day) ? day : previousSession(before: day)
  }

  /// The first moment after `time` at which the trading day changes: 04:00 New York time of the next session. Meant to be
  /// kept and compared with, not to be asked for each event.
  public static func sessionBoundary(after time: Timestamp) -> Timestamp {
    let next = nextSession(after: tradingDay(containing: time))
    return Timestamp(newYork: next, secondOfDay: TradingSession.dayStartSecond)
  }

  /// What the stock market does at a moment.
  public static func phase(at time: Timestamp) -> MarketPhase {
    guard let session = session(on: NewYorkTime(time).date) else { return .closed }
    if time < session.preMarketOpen || time >= session.postMarketClose { return .closed }
    if time < session.open { return .preMarket }
    return time < session.close ? .regular : .postMarket
  }
}

/// Part of the trading day.
@frozen public enum MarketPhase: UInt8, Sendable, CaseIterable {
  case closed
  /// 04:00 to 09:30 New York time.
  case preMarket
  /// 09:30 to 16:00, on half days to 13:00.
  case regular
  /// Until 20:00, on half days until 17:00.
  case postMarket
}

/// One day of trading. Times are New York's.
@frozen public struct TradingSession: Hashable, Sendable {
  public var date: MarketDate
  /// Whether the market closes at 13:00.
  public var isHalfDay: Bool

  @inlinable public init(date: MarketDate, isHalfDay: Bool) {
    self.date = date
    self.isHalfDay = isHalfDay
  }

  static let dayStartSecond = 4 * 3600

  /// 04:00: pre-market trading begins.
  public var preMarketOpen: Timestamp { Timestamp(newYork: date, secondOfDay: TradingSession.dayStartSecond) }
  /// 09:30.
  public var open: Timestamp { Timestamp(newYork: date, hour: 9, minute: 30) }
  /// 16:00, on half days 13:00.
  public var close: Timestamp { Timestamp(newYork: date, hour: isHalfDay ? 13 : 16) }
  /// 20:00, on half days 17:00: post-market trading ends.
  public var postMarketClose: Timestamp { Timestamp(newYork: date, hour: isHalfDay ? 17 : 20) }
  /// A quarter of an hour after the close: options on broad indices and some exchange-traded products trade until then.
  public var lateOptionsClose: Timestamp { Timestamp(newYork: date, hour: isHalfDay ? 13 : 16, minute: 15) }
}
