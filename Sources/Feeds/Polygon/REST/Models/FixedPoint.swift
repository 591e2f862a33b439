import MarketModel

/// Vendor numbers as the house keeps them. Doubles come from JSON, where they stood as short decimals.
enum FixedPoint {
  /// To the nearest millionth; nil when it is no price the house admits. Exact for every price with at most six decimals:
  /// the error of the double stays below half a millionth up to the highest price.
  static func price(_ value: Double?) -> Price? {
    guard let value, value.isFinite, value >= 0, value <= TradeLimits.highestPrice.doubleValue else { return nil }
    return Price(rounding: value)
  }

  /// In 1e-9; `ContractReference.unknown` when missing or out of range.
  static func nanos(_ value: Double?) -> Int64 {
    guard let value, value.isFinite, abs(value) < 9e9 else { return ContractReference.unknown }
    return Int64((value * 1e9).rounded())
  }

  /// A count that may be written `100.0`; nil when it has a fraction or does not fit.
  static func whole(_ value: Double?) -> Int64? { value.flatMap { Int64(exactly: $0) } }

  /// A time of the vendor; nil when it is missing or out of range.
  static func time(nanoseconds: Int64?) -> Timestamp? {
    guard let nanoseconds else { return nil }
    let time = Timestamp(nanoseconds: nanoseconds)
    return TradeLimits.times.contains(time) ? time : nil
  }
}
