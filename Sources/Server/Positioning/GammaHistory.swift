import MarketModel
import Positioning

/// Gamma exposure by strike, minute by minute of one session, for one underlying.
///
/// A sample: of each minute of stream time the newest reading stays, and a minute without a reading is left out. Readings come
/// by the wall clock, so that a replay gives the same columns as far as its rounds fall on the same moments of the stream.
///
/// A minute takes at most 1.2 KB, 0.8 KB where its strikes are those of the minute before: a full history 0.7 MB, those of
/// a hundred underlyings 70 MB.
public struct GammaHistory: Sendable {
  /// Ascending; at most `Limits.gammaMinutes`, the newest.
  public private(set) var minutes: [GammaMinute] = []

  public init() {}

  /// Takes a reading; it replaces an earlier one of its minute.
  /// - Parameter report: not from before the newest minute that is in.
  public mutating func note(_ report: PositioningReport) {
    var minute = GammaMinute(report)
    let isNewer = minutes.last.map { $0.time < minute.time } ?? true
    // One list for as long as the price stays between the same strikes.
    if let last = minutes.last, last.strikes == minute.strikes { minute.strikes = last.strikes }
    if isNewer {
      if minutes.count >= Limits.gammaMinutes { minutes.removeFirst(minutes.count - Limits.gammaMinutes + 1) }
      minutes.append(minute)
    } else {
      minutes[minutes.count - 1] = minute
    }
  }
}

/// One column of the history.
public struct GammaMinute: Sendable {
  /// What one basis says.
  public struct Column: Sendable {
    /// Of the whole chain, USD for a 1 % move.
    public var total: Finding<Double>
    /// The nearest price at which gamma changes its sign.
    public var flip: Finding<Double>
    /// Beside `GammaMinute.strikes`, whole USD for a 1 % move, to seven digits; NaN where position, gamma or price are not known.
    public var values: [Float]
  }

  /// Start of the minute of stream time.
  public var time: Timestamp
  /// The underlying's price; nil when it was not known.
  public var spot: Double?
  /// Ascending: the `Limits.gammaStrikes` next to the price; none without a price.
  public var strikes: [Price]
  public var openInterest: Column
  public var flow: Column

  init(_ report: PositioningReport) {
    // Both bases have the strikes of the one chain.
    let window = GammaMinute.window(report.openInterest.strikes, around: report.spot)
    time = report.time.minuteStart
    spot = report.spot
    strikes = report.openInterest.strikes[window].map(\.strike)
    openInterest = Column(report.openInterest, window)
    flow = Column(report.flow, window)
  }

  subscript(basis: PositionBasis) -> Column {
    switch basis {
    case .openInterest: openInterest
    case .flow: flow
    }
  }

  /// The strikes next to the price; of two equally far the lower one.
  private static func window(_ rows: [StrikeExposures], around spot: Double?) -> Range<Int> {
    guard let spot else { return 0..<0 }
    var low = rows.firstIndex { $0.strike.doubleValue > spot } ?? rows.count
    var high = low
    while high - low < Limits.gammaStrikes, low > 0 || high < rows.count {
      let below = low > 0 ? spot - rows[low - 1].strike.doubleValue : .infinity
      let above = high < rows.count ? rows[high].strike.doubleValue - spot : .infinity
      if below <= above { low -= 1 } else { high += 1 }
    }
    return low..<high
  }
}

extension GammaMinute.Column {
  fileprivate init(_ book: DealerBook, _ window: Range<Int>) {
    total = book.sum(.gamma)
    flip = book.profile.zeroGamma
    values = book.strikes[window].map { row in
      book.sum(.gamma, of: row.all).value.map { Float($0.rounded()) } ?? .nan
    }
  }
}
