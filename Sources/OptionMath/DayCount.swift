import MarketModel

/// How calendar time becomes the years of a pricing formula: actual days over 365.
public enum DayCount {
  /// Nanoseconds of a 365 day year.
  public static let yearNanoseconds = 365.0 * 86_400 * 1e9

  /// Years from now to expiry; never less than `minimumMinutes`, and 0 or that minimum once the moment has passed.
  /// A few minutes as the minimum keep gamma of an option that expires today within reason.
  public static func years(from now: Timestamp, to expiry: Timestamp, minimumMinutes: Double = 0) -> Double {
    // The difference is taken in Double: it cannot overflow, and 100 ns of error are nothing here.
    let nanoseconds = Double(expiry.nanoseconds) - Double(now.nanoseconds)
    return max(nanoseconds, max(minimumMinutes, 0) * 60e9, 0) / yearNanoseconds
  }

  /// Years of so many minutes; none for a negative number.
  public static func years(minutes: Double) -> Double { max(minutes, 0) * 60e9 / yearNanoseconds }
}
