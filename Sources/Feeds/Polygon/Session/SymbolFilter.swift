import MarketModel

/// Which options a person wants to follow, from the `symbols` setting: underlyings (`SPY`, `SPY*`, `O:SPY*`), parts of
/// contracts (`O:SPY251216*`), contracts (`O:SPY251216C00572000`), everything (`*`).
///
/// The vendor documents exact channels and `T.*` only, so every pattern but a list of contracts asks for `T.*` and drops the
/// rest here. `O:SPY*` means the underlying SPY, whatever its roots, not every symbol that begins so: SPYG is another product.
public struct SymbolFilter: Hashable, Sendable {
  /// Underlyings that are followed, in the order given; those of single contracts, too. Empty when everything is.
  public let underlyings: [String]
  /// Whether every contract passes.
  public let isEverything: Bool
  /// Single contracts, in the order given.
  public let contracts: [OptionSymbol]
  /// Underlyings all of whose contracts pass.
  private let whole: Set<SymbolText>
  private let exact: Set<SymbolText>
  /// Beginnings of symbols, with `O:`.
  private let prefixes: [String]

  /// - Parameter patterns: the setting's words, in any case; an empty list follows everything.
  public init(_ patterns: [String]) throws(SymbolFilterError) {
    var followed: [String] = []
    var whole: Set<SymbolText> = []
    var contracts: [OptionSymbol] = []
    var prefixes: [String] = []
    var isEverything = patterns.isEmpty
    for pattern in patterns {
      switch try SymbolFilter.read(pattern) {
      case .everything: isEverything = true
      case .underlying(let name, let text):
        followed.append(name)
        whole.insert(text)
      case .prefix(let prefix, let underlying):
        followed.append(underlying)
        prefixes.append(prefix)
      case .contract(let symbol):
        followed.append(symbol.underlying)
        contracts.append(symbol)
      }
    }
    var seen: Set<String> = []
    self.isEverything = isEverything
    underlyings = isEverything ? [] : followed.filter { seen.insert($0).inserted }
    self.whole = whole
    self.contracts = contracts
    exact = Set(contracts.compactMap { SymbolText($0.polygonText) })
    self.prefixes = prefixes
  }

  // MARK: Channels

  /// What to ask for on the options cluster to get the wanted prints: `T.*`, or a channel for each contract.
  public var optionTradeChannels: [String] {
    if isEverything || !whole.isEmpty || !prefixes.isEmpty { return ["T.*"] }
    return contracts.map { "T." + $0.polygonText }
  }

  /// What to ask for on the stocks cluster to get the spots of the followed underlyings; an index has no stock.
  public var equityTradeChannels: [String] {
    underlyings.filter { OptionRoot.index($0) == nil }.map { "T." + $0 }
  }

  // MARK: Passing

  /// Whether prints of an option are wanted. To be asked once for each instrument, not for each print.
  public func passes(_ symbol: SymbolText, underlying: SymbolText) -> Bool {
    if isEverything || whole.contains(underlying) || exact.contains(symbol) { return true }
    guard !prefixes.isEmpty else { return false }
    let text = symbol.description
    return prefixes.contains { text.hasPrefix($0) }
  }

  /// The same by the vendor's ticker; a stock passes when it is a followed underlying.
  public func passes(ticker: String) -> Bool {
    if isEverything { return true }
    guard ticker.hasPrefix("O:") else { return underlyings.contains(ticker) }
    guard let option = OptionSymbol(polygon: ticker), let symbol = SymbolText(ticker),
      let underlying = SymbolText(option.underlying)
    else { return false }
    return passes(symbol, underlying: underlying)
  }

  /// Whether more than single contracts are followed, so that only a chain can name them.
  public var needsChains: Bool { isEverything || !whole.isEmpty || !prefixes.isEmpty }

  /// Follows whatever comes.
  public static let everything = SymbolFilter()

  private init() {
    isEverything = true
    underlyings = []
    contracts = []
    whole = []
    exact = []
    prefixes = []
  }

  // MARK: Reading

  private enum Pattern {
    case everything
    case underlying(String, SymbolText)
    case prefix(String, underlying: String)
    case contract(OptionSymbol)
  }

  private static func read(_ pattern: String) throws(SymbolFilterError) -> Pattern {
    let upper = pattern.uppercased()
    var body = upper.hasPrefix("O:") ? upper.dropFirst(2) : upper[...]
    if body == "*" { return .everything }
    let isPrefix = body.hasSuffix("*")
    if isPrefix { body = body.dropLast() }
    if !isPrefix, let symbol = OptionSymbol(occ: body), symbol.isListable { return .contract(symbol) }
    if isRoot(body), let text = SymbolText(underlyingName(body)) { return .underlying(underlyingName(body), text) }
    if isPrefix, let root = rootOfPrefix(body) { return .prefix("O:" + body, underlying: underlyingName(root)) }
    throw SymbolFilterError(pattern: pattern)
  }

  /// One to six capitals, one dot for a class of shares (`BRK.B`).
  private static func isRoot(_ text: Substring) -> Bool {
    guard let first = text.first, first != ".", text.last != ".", text.utf8.count <= 6 else { return false }
    return text.allSatisfy { ("A"..."Z").contains($0) || $0 == "." } && text.count { $0 == "." } <= 1
  }

  /// The capitals before the digits of a contract's beginning: `SPY` of `SPY2512`. Nil when it cannot begin a contract.
  private static func rootOfPrefix(_ text: Substring) -> Substring? {
    let root = text.prefix { ("A"..."Z").contains($0) }
    let rest = text.dropFirst(root.count)
    guard (1...6).contains(root.utf8.count), !rest.isEmpty, rest.utf8.count <= 15 else { return nil }
    let isContract = rest.enumerated().allSatisfy { place, character in
      place == 6 ? character == "C" || character == "P" : ("0"..."9").contains(character)
    }
    return isContract ? root : nil
  }

  /// An option root stands for its index: `SPXW` is `SPX`.
  private static func underlyingName(_ root: Substring) -> String {
    OptionRoot.index(String(root))?.underlying ?? String(root)
  }
}

/// A word of the `symbols` setting that names nothing.
public struct SymbolFilterError: Error, Hashable, CustomStringConvertible {
  /// As it stands in the setting.
  public var pattern: String

  public var description: String {
    "symbols: \"\(pattern)\" is neither an underlying (SPY, O:SPY*), nor a contract (O:SPY251216C00572000) or its "
      + "beginning (O:SPY251216*), nor *; write a JSON array of such words, as [\"O:SPY*\",\"O:QQQ*\"]"
  }
}
