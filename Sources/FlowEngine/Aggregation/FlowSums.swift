import MarketModel

/// What is summed over option prints. Sums wrap where a hostile tape overflows them.
@frozen public struct FlowSums: Hashable, Sendable, BitwiseCopyable {
  public var prints: Int64 = 0
  /// Contracts.
  public var volume: Int64 = 0
  public var premiumMicros: Int64 = 0
  /// Sum of side x size x delta, 1e-9 contracts; prints without side or delta add nothing.
  public var netDeltaNanos: Int64 = 0
  /// Premium of the prints of at least `AggregateRules.institutionalPremiumMicros`.
  public var institutionalPremiumMicros: Int64 = 0

  public init() {}

  /// - Parameter weight: -1 takes it back.
  @inline(__always)
  init(size: UInt32, premiumMicros premium: Int64, netDeltaNanos delta: Int64, isInstitutional: Bool, weight: Int64) {
    prints = weight
    volume = weight &* Int64(size)
    premiumMicros = weight &* premium
    netDeltaNanos = weight &* delta
    institutionalPremiumMicros = isInstitutional ? premiumMicros : 0
  }

  @inline(__always)
  public static func += (a: inout FlowSums, b: FlowSums) {
    a.prints &+= b.prints
    a.volume &+= b.volume
    a.premiumMicros &+= b.premiumMicros
    a.netDeltaNanos &+= b.netDeltaNanos
    a.institutionalPremiumMicros &+= b.institutionalPremiumMicros
  }
}

/// What the order-flow aggregates go by.
public struct AggregateRules: Hashable, Sendable {
  /// Least premium of a print that counts as institutional: $250,000.
  public var institutionalPremiumMicros: Int64 = 250_000_000_000

  public init() {}
}

extension AggressorSide {
  /// Sell, mid, buy, unknown.
  @inline(__always) var position: Int { Int(rawValue &+ 1) }
  static let count = 4
}
