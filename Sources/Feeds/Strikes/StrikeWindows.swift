import MarketModel

/// The windows of all followed underlyings, and what they want held together, within the vendor's bound.
public struct StrikeWindows: Sendable {
  /// What to subscribe to and what to give up, against what was held before.
  public struct Change: Hashable, Sendable {
    public var subscribe: [OptionSymbol]
    public var unsubscribe: [OptionSymbol]

    public var isEmpty: Bool { subscribe.isEmpty && unsubscribe.isEmpty }
  }

  /// In the order of the settings.
  public private(set) var windows: [StrikeWindow]
  /// What is held now, most relevant first.
  public private(set) var held: [OptionSymbol] = []
  /// Contracts of the windows that are not held, because there are more than `limit`: the least relevant ones.
  public private(set) var leftOut = 0
  public let limit: Int

  /// - Parameter limit: contracts held together at most.
  public init(_ settings: [StrikeWindowSettings], limit: Int = Limits.quotedContracts) {
    precondition(limit > 0, "StrikeWindows: limit \(limit)")
    precondition(Set(settings.map(\.underlying)).count == settings.count, "StrikeWindows: an underlying twice")
    windows = settings.map(StrikeWindow.init)
    self.limit = limit
  }

  /// Takes the listed contracts of one underlying; does nothing for one that is not followed.
  public mutating func setChain(_ contracts: [ListedContract], of underlying: String) {
    guard let index = windows.firstIndex(where: { $0.settings.underlying == underlying }) else { return }
    windows[index].setChain(contracts)
  }

  /// Follows the spots; cheap when nothing is due. Meant to be called every second or so.
  /// - Parameters:
  ///   - spots: by underlying; a window without one stays as it is.
  ///   - now: market time.
  public mutating func follow(_ spots: [String: SpotReading], at now: Timestamp) -> Change {
    for index in windows.indices {
      if let spot = spots[windows[index].settings.underlying] { windows[index].follow(spot, at: now) }
    }
    return hold(rank())
  }

  /// The channels that the vendor calls them by: quotes of what is held, most relevant first.
  public var quoteChannels: [String] { held.map { "Q." + $0.polygonText } }

  /// All windows' contracts: rungs nearest to the money first, across underlyings; within a rung by volume; in a draw by
  /// the order of the settings.
  private func rank() -> [OptionSymbol] {
    let all = windows.enumerated().flatMap { place, window in window.held.map { (place: place, contract: $0) } }
    return all.sorted { a, b in
      let (x, y) = (a.contract, b.contract)
      if x.distance != y.distance { return x.distance < y.distance }
      if x.volume != y.volume { return x.volume > y.volume }
      if a.place != b.place { return a.place < b.place }
      return WindowContract.isMoreRelevant(x, y)
    }.map(\.contract.symbol)
  }

  private mutating func hold(_ ranked: [OptionSymbol]) -> Change {
    leftOut = max(0, ranked.count - limit)
    let wanted = Array(ranked.prefix(limit))
    guard wanted != held else { return Change(subscribe: [], unsubscribe: []) }
    let before = Set(held)
    let after = Set(wanted)
    let change = Change(
      subscribe: wanted.filter { !before.contains($0) }, unsubscribe: held.filter { !after.contains($0) })
    held = wanted
    return change
  }
}
