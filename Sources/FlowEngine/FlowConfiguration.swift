import MarketModel

/// Every threshold the engine uses. Two engines with equal configuration and equal events give equal outputs.
public struct FlowConfiguration: Hashable, Sendable {
  /// How sides and conditions are treated.
  public enum Profile: Hashable, Sendable {
    /// The product: unknown where the data do not say, cancellations take the earlier print back.
    case flow
    /// The benchmark's rules to the letter, so that outputs compare number by number with other implementations.
    case reference
  }

  public var profile: Profile
  /// Side rule for options and for equities (flow profile).
  public var optionSideRule: SideRule
  public var equitySideRule: SideRule
  /// An NBBO older than this at the print does not decide its side (flow profile).
  public var staleQuoteNanoseconds: Int64
  public var sweep: SweepRule
  public var block: BlockRule
  /// Our own greeks for each option print (flow profile); nil: the vendor's only.
  public var greeks: GreeksRule?
  /// What looks for meaning behind the labels; nil: nothing does. The reference profile begins without.
  public var detectors: DetectorRules?
  /// Sums by contract, kind and side for order-flow reports; nil: none are kept.
  public var aggregates: AggregateRules?

  public init(
    profile: Profile = .flow, optionSideRule: SideRule = .quote, equitySideRule: SideRule = .leeReady,
    staleQuoteNanoseconds: Int64 = 300_000_000_000, sweep: SweepRule = SweepRule(), block: BlockRule = BlockRule(),
    greeks: GreeksRule? = GreeksRule(), detectors: DetectorRules? = DetectorRules(),
    aggregates: AggregateRules? = nil
  ) {
    self.profile = profile
    self.optionSideRule = optionSideRule
    self.equitySideRule = equitySideRule
    self.staleQuoteNanoseconds = staleQuoteNanoseconds
    self.sweep = sweep
    self.block = block
    self.greeks = profile == .flow ? greeks : nil
    self.detectors = profile == .flow ? detectors : nil
    self.aggregates = aggregates
  }
}

extension FlowConfiguration {
  /// The rules that prints and sums follow, in words: what is stored under the same words is the same. Detectors and aggregates
  /// look on, and change neither.
  public var labelingText: String {
    var rules = self
    rules.detectors = nil
    rules.aggregates = nil
    // As the words were before there were detectors and aggregates: a recording stored then is not stored again.
    return "\(rules)".replacing(", detectors: nil", with: "").replacing(", aggregates: nil", with: "")
  }
}

/// How a print's aggressor is inferred from the prevailing NBBO. P price, B bid, A ask, M = (A + B) / 2.
public enum SideRule: String, Hashable, Sendable, CaseIterable {
  /// P >= A buy, P <= B sell, else by the side of M; exactly M is mid (Harris 1989). At a locked quote P = M is mid.
  case quote
  /// By the side of M; tick test at M (Lee and Ready 1991, without their five-second lag).
  case leeReady
  /// P = A buy, P = B sell, else tick test (Ellis, Michaely and O'Hara 2000).
  case emo
  /// Upper three tenths of the spread buy, lower three tenths sell, else tick test (Chakrabarty et al. 2007).
  case clnv
}

/// A burst of aggressive prints of one contract and side over several venues.
public struct SweepRule: Hashable, Sendable {
  public var windowNanoseconds: Int64 = 2_000_000_000
  public var minimumLegs = 4
  public var minimumVenues = 2
  public var minimumLegPremiumMicros: Int64 = 10_000_000_000
  public init() {}
}

/// One print that is large by itself and for its underlying.
public struct BlockRule: Hashable, Sendable {
  public var minimumContracts: Int64 = 100
  public var minimumPremiumMicros: Int64 = 100_000_000_000
  /// At least this many times the average print of the underlying today.
  public var averageSizeMultiple: Int64 = 10
  public init() {}
}
