import MarketModel

/// The stretch of time that is a day of the cache.
struct HistoryWindow: Hashable, Sendable {
  let date: MarketDate
  private let session: TradingSession

  /// Vendors show a day's last rows so much later at the latest, on the plans that are delayed.
  private static let settleNanoseconds: Int64 = 1_200_000_000_000

  /// - Throws: `.unusable` when the market stays closed on that day.
  init(_ date: MarketDate) throws(HistoryError) {
    guard let session = TradingCalendar.session(on: date) else {
      let reason = MarketHoliday.on(date).map { "a holiday (\($0.rawValue))" } ?? "a weekend"
      throw HistoryError(
        .unusable,
        "\(date) is \(reason), the market was closed; the sessions beside it are "
          + "\(TradingCalendar.previousSession(before: date)) and \(TradingCalendar.nextSession(after: date))")
    }
    self.date = date
    self.session = session
  }

  /// What the vendor is asked for: from the first pre-market print to the last post-market one.
  var asked: ClosedRange<Timestamp> { session.preMarketOpen...session.postMarketClose }

  /// The trading day as the engine has it: until the next one begins.
  var day: Range<Timestamp> { session.preMarketOpen..<TradingCalendar.sessionBoundary(after: session.preMarketOpen) }

  func hasBegun(at now: Timestamp) -> Bool { now >= session.preMarketOpen }

  /// Whether nothing of the session is still to come.
  func isOver(at now: Timestamp) -> Bool {
    now >= session.postMarketClose.adding(nanoseconds: HistoryWindow.settleNanoseconds)
  }

  /// How much of the session has passed at a moment, from 0 to 1; most happens between open and close.
  func share(at time: Timestamp) -> Double {
    min(max(Double(time - session.open) / Double(session.close - session.open), 0), 1)
  }
}
