extension OptionSymbol {
  /// When trading in the contract ends on a day; nil when it does not trade on that day at all.
  ///
  /// Options close with the stock market; those of `OptionRoot.tradesLate` a quarter of an hour later, except cash-settled
  /// index options on their last day. Contracts settled at the open do not trade on their expiry.
  public func close(on date: MarketDate) -> Timestamp? {
    guard date <= expiry, let session = TradingCalendar.session(on: date) else { return nil }
    let index = OptionRoot.index(root)
    let isLastDay = date == lastSession
    if isLastDay, index?.settlement == .open, date == expiry { return nil }
    let isLate = OptionRoot.tradesLate(root) && !(isLastDay && index?.settlement == .close)
    return isLate ? session.lateOptionsClose : session.close
  }

  /// The moment at which the contract's worth is settled: the close of its last session, or the open for contracts settled
  /// at the open. An expiry without a session (the Saturdays of contracts listed before 2015) means the session before.
  public var settlementTime: Timestamp {
    let day = lastSession
    let session = TradingSession(date: day, isHalfDay: MarketHoliday.isHalfDay(day))
    return OptionRoot.index(root)?.settlement == .open ? session.open : session.close
  }

  private var lastSession: MarketDate {
    TradingCalendar.isSession(expiry) ? expiry : TradingCalendar.previousSession(before: expiry)
  }
}
