/// Where the greeks of a print come from: first from the NBBO at the print, which is of that instant; else from the vendor.
public struct GreeksRule: Hashable, Sendable {
  /// Interest a year, continuously compounded (0.04 = 4 %).
  public var rate = 0.0
  /// What the underlying pays out a year, as a fraction of its price.
  public var dividendYield = 0.0
  /// A price of the underlying older than this says nothing about its forward.
  public var spotNanoseconds: Int64 = 60_000_000_000
  /// Quotes older than this take no part in put-call parity.
  public var parityQuoteNanoseconds: Int64 = 10_000_000_000
  /// The vendor's greeks are marked as stale when they are further from the print than this.
  public var vendorNanoseconds: Int64 = 60_000_000_000
  public init() {}
}
