import MarketModel

/// One trading day's regular hours, as the demo market keeps them.
public struct DemoSession: Hashable, Sendable {
  public var day: MarketDate
  public var open: Timestamp
  public var close: Timestamp

  public init(day: MarketDate, open: Timestamp, close: Timestamp) {
    precondition(open < close, "DemoSession: opens at \(open.nanoseconds), closes at \(close.nanoseconds)")
    self.day = day
    self.open = open
    self.close = close
  }

  /// Sessions from 09:30 to 16:00 on every weekday at a fixed distance from UTC: no holidays, no daylight saving.
  public static func weekdays(hoursFromUTC: Int = -5) -> @Sendable (Timestamp) -> DemoSession {
    { moment in
      let dayNanoseconds: Int64 = 86_400_000_000_000
      let offset = Int64(hoursFromUTC) * 3_600_000_000_000
      let local = moment.nanoseconds + offset
      var day = local / dayNanoseconds - (local % dayNanoseconds < 0 ? 1 : 0)
      while true {
        // 1970-01-01 was a Thursday: 2 and 3 days later came the first weekend.
        let weekday = ((day % 7) + 7) % 7
        let midnight = day * dayNanoseconds - offset
        let close = Timestamp(nanoseconds: midnight + 57_600_000_000_000)
        if weekday != 2, weekday != 3, close > moment {
          return DemoSession(
            day: MarketDate(daysSinceEpoch: Int32(day)), open: Timestamp(nanoseconds: midnight + 34_200_000_000_000),
            close: close)
        }
        day += 1
      }
    }
  }
}

/// What the demo market needs to know before it opens.
public struct DemoSettings: Sendable {
  /// Same seed, start, intensity and symbols, same bytes.
  public var seed: UInt64
  /// Stream time of the first event; moved on to the next open when it lies outside trading hours.
  public var start: Timestamp
  /// Events a second relative to an ordinary day (1 = about 200 option prints and 1,000 quotes a second).
  public var intensity: Double
  /// Underlyings that are traded: some or all of `DemoFeed.symbols`. The number of prints stays the same.
  public var symbols: [String]
  /// The first session that closes after a moment; successive calls give the trading days to come.
  public var sessionAfter: @Sendable (Timestamp) -> DemoSession

  public init(
    seed: UInt64 = 1, start: Timestamp, intensity: Double = 1, symbols: [String] = DemoFeed.symbols,
    sessionAfter: @escaping @Sendable (Timestamp) -> DemoSession = DemoSession.weekdays()
  ) {
    precondition(
      intensity > 0 && intensity <= 100, "DemoSettings: intensity \(intensity), wanted above 0 and at most 100")
    let unknown = symbols.filter { !DemoFeed.symbols.contains($0) }
    precondition(
      !symbols.isEmpty && unknown.isEmpty, "DemoSettings: symbols \(symbols), wanted some of \(DemoFeed.symbols)")
    self.seed = seed
    self.start = start
    self.intensity = intensity
    self.symbols = symbols
    self.sessionAfter = sessionAfter
  }
}
