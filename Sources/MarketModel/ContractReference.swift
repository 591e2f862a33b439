/// What is known of a contract beside its prints: greeks and open interest, as of a moment. Fixed point, so that sums over
/// prints stay exact integers.
@frozen public struct ContractReference: Hashable, Sendable, BitwiseCopyable {
  public var time: Timestamp
  /// Change of the option's price per unit of the underlying, in 1e-9; `unknown` when not known.
  public var deltaNanos: Int64
  /// Change of delta per unit of the underlying, in 1e-9; `unknown` when not known.
  public var gammaNanos: Int64
  /// Change of the option's price a calendar day, in 1e-9 of the currency; `unknown` when not known.
  public var thetaNanos: Int64
  /// Change of the option's price per point (0.01) of implied volatility, in 1e-9 of the currency; `unknown` when not known.
  public var vegaNanos: Int64
  /// Implied volatility in 1e-9 (0.35 = 350,000,000); `unknown` when not known.
  public var impliedVolatilityNanos: Int64
  /// Open contracts at the end of the last trading day; `unknown` when not known.
  public var openInterest: Int64
  public var instrument: InstrumentID

  /// Marks a field that has no value: never confused with a greek of zero.
  public static let unknown = Int64.min

  @inlinable
  public init(
    time: Timestamp, instrument: InstrumentID, deltaNanos: Int64 = unknown, gammaNanos: Int64 = unknown,
    thetaNanos: Int64 = unknown, vegaNanos: Int64 = unknown, impliedVolatilityNanos: Int64 = unknown,
    openInterest: Int64 = unknown
  ) {
    self.time = time
    self.instrument = instrument
    self.deltaNanos = deltaNanos
    self.gammaNanos = gammaNanos
    self.thetaNanos = thetaNanos
    self.vegaNanos = vegaNanos
    self.impliedVolatilityNanos = impliedVolatilityNanos
    self.openInterest = openInterest
  }
}
