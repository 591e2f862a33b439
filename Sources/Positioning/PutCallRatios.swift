/// Puts over calls in three measures, each with both of its sides.
public struct PutCallRatios: Hashable, Sendable {
  public private(set) var callVolume: Int64 = 0
  public private(set) var putVolume: Int64 = 0
  /// Open contracts, of those that are known.
  public private(set) var callOpenInterest: Int64 = 0
  public private(set) var putOpenInterest: Int64 = 0
  private var callPremiumMicros: Int128 = 0
  private var putPremiumMicros: Int128 = 0
  private var hasOpenInterest = false

  /// In the underlying's currency.
  public var callPremium: Double { Double(callPremiumMicros) * 1e-6 }
  public var putPremium: Double { Double(putPremiumMicros) * 1e-6 }

  /// Contracts traded in the session.
  public var byVolume: Finding<Double> {
    ratio(Double(putVolume), Double(callVolume), isKnown: callVolume > 0 || putVolume > 0, else: .noFlow)
  }
  /// Contracts open at the end of the last trading day.
  public var byOpenInterest: Finding<Double> {
    ratio(Double(putOpenInterest), Double(callOpenInterest), isKnown: hasOpenInterest, else: .noOpenInterest)
  }
  /// Premium traded in the session.
  public var byPremium: Finding<Double> {
    ratio(
      Double(putPremiumMicros), Double(callPremiumMicros), isKnown: callPremiumMicros > 0 || putPremiumMicros > 0,
      else: .noFlow)
  }

  private func ratio(_ puts: Double, _ calls: Double, isKnown: Bool, else gap: PositioningGap) -> Finding<Double> {
    guard isKnown else { return .missing(gap) }
    return calls > 0 ? .found(puts / calls) : .missing(.noCalls)
  }

  mutating func add(_ contract: PositioningContract) {
    let openInterest = contract.openInterest ?? 0
    if contract.openInterest != nil { hasOpenInterest = true }
    if contract.isCall {
      callVolume += contract.volume
      callOpenInterest += openInterest
      callPremiumMicros += Int128(contract.premiumMicros)
    } else {
      putVolume += contract.volume
      putOpenInterest += openInterest
      putPremiumMicros += Int128(contract.premiumMicros)
    }
  }
}
