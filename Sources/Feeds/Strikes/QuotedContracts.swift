import MarketModel

/// Which contracts' quotes are followed on one connection, which carries 1,000: the strike windows' first, then the most
/// traded ones of the chains, because a print without a quote has no side. Sans-I/O.
///
/// A contract beyond the windows gives way only when it has clearly fallen behind, so that the list does not flutter with
/// every reading of the chains.
public struct QuotedContracts: Sendable {
  public let limit: Int
  /// Most relevant first.
  public private(set) var held: [OptionSymbol] = []
  private var chains: [String: [ListedContract]] = [:]
  private var windows: [OptionSymbol] = []
  private var isStale = false

  /// A held contract keeps its place while it is among the first of this many places for each one there is.
  private static let patience = 1.25

  public init(limit: Int = Limits.quotedContracts) {
    precondition((0...Limits.quotedContracts).contains(limit), "QuotedContracts: limit \(limit)")
    self.limit = limit
  }

  /// Takes the listed contracts of one underlying in place of those known before.
  public mutating func setChain(_ contracts: [ListedContract], of underlying: String) {
    chains[underlying] = contracts
    isStale = true
  }

  /// - Parameter windows: contracts of the strike windows, most relevant first.
  /// - Returns: whether `held` is another list than before.
  public mutating func follow(windows new: [OptionSymbol]) -> Bool {
    guard isStale || new != windows else { return false }
    isStale = false
    windows = new
    let first = Array(new.prefix(limit))
    let wanted = first + others(besides: Set(first), places: limit - first.count)
    guard wanted != held else { return false }
    held = wanted
    return true
  }

  private func others(besides windows: Set<OptionSymbol>, places: Int) -> [OptionSymbol] {
    guard places > 0 else { return [] }
    let ranked = chains.values.joined().filter { !windows.contains($0.symbol) }.sorted {
      $0.volume != $1.volume ? $0.volume > $1.volume : $0.symbol.polygonText < $1.symbol.polygonText
    }.map(\.symbol)
    guard ranked.count > places else { return ranked }
    let near = Set(ranked.prefix(Int(Double(places) * QuotedContracts.patience)))
    let kept = Set(held.filter(near.contains).prefix(places))
    let fresh = Set(ranked.lazy.filter { !kept.contains($0) }.prefix(places - kept.count))
    return ranked.filter { kept.contains($0) || fresh.contains($0) }
  }
}
