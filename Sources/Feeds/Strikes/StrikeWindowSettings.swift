import MarketModel

/// What a window of strikes around the money looks like and how nervously it follows.
public struct StrikeWindowSettings: Hashable, Sendable {
  /// Symbol of the stock, fund or index: `SPY`, `SPX`.
  public var underlying: String
  /// Strikes below and above the one at the money.
  public var strikesEachSide: Int
  /// Distance of the strikes while the chain is not known.
  public var fallbackStep: Price
  /// Looked at again after so long …
  public var evaluationNanoseconds: Int64 = 60_000_000_000
  /// … or when the spot has moved by more than this, or by more than half a step.
  public var evaluationMove = Price(cents: 50)
  /// How far beyond the middle between two strikes the spot must be before the window follows, in hundredths of a step.
  public var marginPercent: Int64 = 15
  /// A contract that left the window is held for so long.
  public var graceNanoseconds: Int64 = 60_000_000_000

  public init(underlying: String, strikesEachSide: Int = 3, fallbackStep: Price = Price(cents: 100)) {
    precondition((0...100).contains(strikesEachSide), "StrikeWindow: \(strikesEachSide) strikes each side, 0 to 100")
    precondition(fallbackStep > .zero, "StrikeWindow: step \(fallbackStep)")
    self.underlying = underlying
    self.strikesEachSide = strikesEachSide
    self.fallbackStep = fallbackStep
  }
}

/// A contract of the chain, as far as the window wants to know it.
public struct ListedContract: Hashable, Sendable {
  public var symbol: OptionSymbol
  /// Contracts traded today.
  public var volume: Int64

  public init(symbol: OptionSymbol, volume: Int64 = 0) {
    self.symbol = symbol
    self.volume = volume
  }
}

/// A contract of a window with what its place in the order of relevance depends on.
public struct WindowContract: Hashable, Sendable {
  public var symbol: OptionSymbol
  public var volume: Int64
  /// Strikes from the one at the money.
  public var distance: Int

  /// Nearer to the money first, then more traded, then by strike and right, so that the order is always the same.
  static func isMoreRelevant(_ a: WindowContract, _ b: WindowContract) -> Bool {
    if a.distance != b.distance { return a.distance < b.distance }
    if a.volume != b.volume { return a.volume > b.volume }
    if a.symbol.strike != b.symbol.strike { return a.symbol.strike < b.symbol.strike }
    return a.symbol.right.rawValue < b.symbol.right.rawValue
  }
}

/// Why a window shows the expiry that it shows.
public enum ExpiryChoice: UInt8, Sendable, CaseIterable {
  /// It expires today.
  case today
  /// The market keeps closed today: the next session's.
  case marketClosed
  /// Trading in today's contracts is over: the next session's.
  case afterClose
  /// The chain lists none for that day: the next one listed.
  case nextListed
}
