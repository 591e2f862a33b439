import MarketModel

/// One of the vendor's WebSocket paths.
enum Cluster: String, Sendable, CaseIterable {
  case options
  case stocks

  init?(path: String) { self.init(rawValue: String(path.dropFirst())) }

  init(_ kind: Instrument.Kind) { self = kind == .option ? .options : .stocks }
}

/// What a channel carries.
enum ChannelKind: String, Sendable, CaseIterable {
  case trade = "T"
  case quote = "Q"
  case second = "A"
  case minute = "AM"

  var bit: ChannelKinds {
    switch self {
    case .trade: .trade
    case .quote: .quote
    case .second: .second
    case .minute: .minute
    }
  }
}

struct ChannelKinds: OptionSet, Hashable, Sendable {
  var rawValue: UInt8
  static let trade = ChannelKinds(rawValue: 1)
  static let quote = ChannelKinds(rawValue: 2)
  static let second = ChannelKinds(rawValue: 4)
  static let minute = ChannelKinds(rawValue: 8)
}

/// `T.O:SPY251216C00572000` or `T.*`.
struct Channel: Hashable, Sendable {
  var kind: ChannelKind
  /// As asked for; `*` for all.
  var symbol: String

  var isAll: Bool { symbol == "*" }

  /// Nil when it begins with no kind of channel that exists here.
  init?(_ text: some StringProtocol) {
    guard let dot = text.firstIndex(of: "."), let kind = ChannelKind(rawValue: String(text[..<dot])) else { return nil }
    let symbol = text[text.index(after: dot)...]
    guard !symbol.isEmpty else { return nil }
    self.kind = kind
    self.symbol = String(symbol)
  }
}

/// The channels one connection holds.
struct ChannelSet: Sendable {
  /// Of these everything.
  private(set) var all: ChannelKinds = []
  private var exact: [SymbolText: ChannelKinds] = [:]
  /// Held, but never to tick: longer than any symbol.
  private var unreachable = Set<Channel>()
  /// Instruments whose quotes are held one by one.
  private(set) var quotedCount = 0

  var isEmpty: Bool { all.isEmpty && exact.isEmpty && unreachable.isEmpty }

  func contains(_ channel: Channel) -> Bool {
    if channel.isAll { return all.contains(channel.kind.bit) }
    guard let symbol = SymbolText(channel.symbol) else { return unreachable.contains(channel) }
    return exact[symbol]?.contains(channel.kind.bit) ?? false
  }

  /// - Precondition: not held.
  mutating func insert(_ channel: Channel) {
    if channel.isAll {
      all.insert(channel.kind.bit)
    } else if let symbol = SymbolText(channel.symbol) {
      exact[symbol, default: []].insert(channel.kind.bit)
      if channel.kind == .quote { quotedCount += 1 }
    } else {
      unreachable.insert(channel)
    }
  }

  /// - Precondition: held.
  mutating func remove(_ channel: Channel) {
    if channel.isAll {
      all.remove(channel.kind.bit)
    } else if let symbol = SymbolText(channel.symbol) {
      var kinds = exact[symbol] ?? []
      kinds.remove(channel.kind.bit)
      exact[symbol] = kinds.isEmpty ? nil : kinds
      if channel.kind == .quote { quotedCount -= 1 }
    } else {
      unreachable.remove(channel)
    }
  }

  func wants(_ kind: ChannelKinds, _ symbol: SymbolText) -> Bool {
    if all.contains(kind) { return true }
    guard !exact.isEmpty, let kinds = exact[symbol] else { return false }
    return kinds.contains(kind)
  }
}
