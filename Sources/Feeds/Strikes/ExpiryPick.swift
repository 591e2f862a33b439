import MarketModel

/// Which expiry of an underlying trades next, and its contracts.
struct ExpiryPick {
  var expiry: MarketDate
  var choice: ExpiryChoice
  /// Empty while the chain is not known.
  var listed: [ListedContract]
  /// Root of the contracts.
  var root: String

  /// - Parameter chain: listed contracts by expiry.
  init(underlying: String, chain: [MarketDate: [ListedContract]], at now: Timestamp) {
    let today = NewYorkTime(now).date
    let roots = ExpiryPick.roots(of: underlying)
    let assumed = roots.first ?? underlying
    for expiry in chain.keys.sorted() where expiry >= today {
      let contracts = chain[expiry] ?? []
      // Asked once a root: all contracts of one root and day close together.
      let root = roots.first { root in
        contracts.first { $0.symbol.root == root }.map { ExpiryPick.trades($0.symbol, today: today, at: now) } ?? false
      }
      guard let root else { continue }
      self.expiry = expiry
      self.root = root
      listed = contracts.filter { $0.symbol.root == root }
      choice = ExpiryPick.choice(expiry, root: root, today: today, at: now)
      return
    }
    root = assumed
    listed = []
    expiry = ExpiryPick.firstDay(root: assumed, today: today, at: now)
    choice = ExpiryPick.choice(expiry, root: assumed, today: today, at: now)
  }

  /// Roots of standard contracts, those settled at the close first: only they trade on their last day. Adjusted contracts
  /// (`SPY1`) are not among them.
  private static func roots(of underlying: String) -> [String] {
    let index = OptionRoot.indexRoots.filter { $0.underlying == underlying }
    guard !index.isEmpty else { return [underlying] }
    return index.filter { $0.settlement == .close }.map(\.root) + index.filter { $0.settlement == .open }.map(\.root)
  }

  private static func trades(_ symbol: OptionSymbol, today: MarketDate, at now: Timestamp) -> Bool {
    guard symbol.expiry == today else { return true }
    return symbol.close(on: today).map { now < $0 } ?? false
  }

  /// The first day on which a contract that expires on it can be traded from now on.
  private static func firstDay(root: String, today: MarketDate, at now: Timestamp) -> MarketDate {
    isOver(root: root, today: today, at: now) || !TradingCalendar.isSession(today)
      ? TradingCalendar.nextSession(after: today) : today
  }

  private static func isOver(root: String, today: MarketDate, at now: Timestamp) -> Bool {
    let symbol = OptionSymbol(root: root, expiry: today, right: .call, strike: Price(cents: 100))
    return symbol.close(on: today).map { now >= $0 } ?? false
  }

  private static func choice(
    _ expiry: MarketDate, root: String, today: MarketDate, at now: Timestamp
  ) -> ExpiryChoice {
    if expiry == today { return .today }
    if expiry != firstDay(root: root, today: today, at: now) { return .nextListed }
    if !TradingCalendar.isSession(today) { return .marketClosed }
    return isOver(root: root, today: today, at: now) ? .afterClose : .nextListed
  }
}
