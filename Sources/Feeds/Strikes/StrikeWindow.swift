import MarketModel

/// The strikes around the money of one underlying that expire today: which contracts to watch, followed as the spot walks.
/// Sans-I/O; `now` is market time.
///
/// After an evaluation the window holds the strike nearest to the spot and so many on each side. A strike comes in when the
/// spot passes the middle between two strikes and goes out only when the spot is a margin behind that middle again, so a spot
/// that swings around a middle changes nothing.
public struct StrikeWindow: Sendable {
  /// What the latest evaluation found.
  public struct Picture: Hashable, Sendable {
    public var spot: SpotReading
    public var expiry: MarketDate
    public var choice: ExpiryChoice
    /// The strike in the middle; follows the spot with the margin.
    public var centre: Price
    public var step: Price
    /// Whether strikes and expiry are worked out, not listed: the chain is not known.
    public var isAssumed: Bool
    /// Most relevant first.
    public var contracts: [WindowContract]
    public var evaluated: Timestamp
  }

  public let settings: StrikeWindowSettings
  /// Nil before the first evaluation.
  public private(set) var picture: Picture?
  /// Contracts that left the window and are held until these times.
  public private(set) var leaving: [OptionSymbol: Timestamp] = [:]
  /// Evaluations that changed the window.
  public private(set) var changes = 0

  private var chain: [MarketDate: [ListedContract]] = [:]
  private var isChainNew = false

  public init(_ settings: StrikeWindowSettings) { self.settings = settings }

  /// Takes the listed contracts of the underlying in place of those known before; any order, any expiries.
  public mutating func setChain(_ contracts: [ListedContract]) {
    chain = Dictionary(grouping: contracts, by: \.symbol.expiry)
    isChainNew = true
  }

  /// Whether a look is due: on time, on a move of the spot, on news of the chain, on another day or session.
  public func isDue(spot: SpotReading, at now: Timestamp) -> Bool {
    guard let picture, !isChainNew else { return true }
    let age = now - picture.evaluated
    if age < 0 || age >= settings.evaluationNanoseconds { return true }
    let moved = abs(spot.price.micros - picture.spot.price.micros)
    return moved > min(settings.evaluationMove.micros, picture.step.micros / 2) || spot.origin != picture.spot.origin
  }

  /// Looks at the window if that is due, and lets go of contracts whose time is over. Meant to be called every second or so.
  /// - Returns: whether it looked.
  @discardableResult
  public mutating func follow(_ spot: SpotReading, at now: Timestamp) -> Bool {
    let isDue = isDue(spot: spot, at: now)
    if isDue { evaluate(spot, at: now) }
    leaving = leaving.filter { now < $0.value }
    return isDue
  }

  /// What to hold: the window, most relevant first, then what is leaving it.
  public var held: [WindowContract] {
    guard let picture else { return [] }
    let late = leaving.keys.map { WindowContract(symbol: $0, volume: 0, distance: .max) }
    return picture.contracts + late.sorted(by: WindowContract.isMoreRelevant)
  }

  private mutating func evaluate(_ spot: SpotReading, at now: Timestamp) {
    isChainNew = false
    let pick = ExpiryPick(underlying: settings.underlying, chain: chain, at: now)
    let ladder = ladder(pick, near: spot.price)
    let isSameExpiry = picture?.expiry == pick.expiry
    let strikes = strikes(ladder, spot.price, before: isSameExpiry ? strikesBefore : [])
    let contracts = contracts(strikes, of: pick, ladder, spot.price)
    let before = picture?.contracts ?? []
    picture = Picture(
      spot: spot, expiry: pick.expiry, choice: pick.choice,
      centre: centre(ladder, spot.price, before: isSameExpiry ? picture?.centre : nil), step: ladder.step,
      isAssumed: pick.listed.isEmpty, contracts: contracts, evaluated: now)
    letGo(before, for: contracts, at: now)
  }

  private var strikesBefore: Set<Price> { Set((picture?.contracts ?? []).map(\.symbol.strike)) }

  private func ladder(_ pick: ExpiryPick, near spot: Price) -> StrikeLadder {
    let listed = Set(pick.listed.map(\.symbol.strike)).sorted()
    guard !listed.isEmpty else {
      return StrikeLadder(step: settings.fallbackStep, around: spot, each: settings.strikesEachSide + 1)
    }
    return StrikeLadder(listed: listed, near: spot, fallbackStep: settings.fallbackStep)
  }

  /// The window at the spot, and what of the old one would be in it were the spot a margin lower or higher.
  private func strikes(_ ladder: StrikeLadder, _ spot: Price, before: Set<Price>) -> Set<Price> {
    let each = settings.strikesEachSide
    let tolerated = edges(ladder, spot).flatMap { ladder.window(at: $0, each: each) }
    return Set(ladder.window(at: spot, each: each)).union(before.intersection(tolerated))
  }

  private func edges(_ ladder: StrikeLadder, _ spot: Price) -> [Price] {
    let margin = ladder.step.micros * settings.marginPercent / 100
    return [Price(micros: spot.micros - margin), Price(micros: spot.micros + margin)]
  }

  private func centre(_ ladder: StrikeLadder, _ spot: Price, before: Price?) -> Price {
    let nearest = ladder.rungs[ladder.nearest(to: spot)]
    guard let before else { return nearest }
    return edges(ladder, spot).contains { ladder.rungs[ladder.nearest(to: $0)] == before } ? before : nearest
  }

  private func contracts(
    _ strikes: Set<Price>, of pick: ExpiryPick, _ ladder: StrikeLadder, _ spot: Price
  ) -> [WindowContract] {
    let middle = ladder.nearest(to: spot)
    let listed = pick.listed.isEmpty ? assumed(strikes, of: pick) : pick.listed
    return listed.filter { strikes.contains($0.symbol.strike) }.map {
      WindowContract(
        symbol: $0.symbol, volume: $0.volume, distance: abs(ladder.nearest(to: $0.symbol.strike) - middle))
    }.sorted(by: WindowContract.isMoreRelevant)
  }

  private func assumed(_ strikes: Set<Price>, of pick: ExpiryPick) -> [ListedContract] {
    strikes.flatMap { strike in
      [OptionRight.call, .put].map {
        ListedContract(symbol: OptionSymbol(root: pick.root, expiry: pick.expiry, right: $0, strike: strike))
      }
    }.filter { $0.symbol.isListable }
  }

  private mutating func letGo(_ before: [WindowContract], for contracts: [WindowContract], at now: Timestamp) {
    let wanted = Set(contracts.map(\.symbol))
    let left = before.filter { !wanted.contains($0.symbol) }
    for contract in left { leaving[contract.symbol] = now.adding(nanoseconds: settings.graceNanoseconds) }
    for symbol in wanted { leaving[symbol] = nil }
    if !left.isEmpty || before.count != contracts.count { changes += 1 }
  }
}
