import MarketModel

/// Reads the vendor's names of quote channels.
enum QuoteChannels {
  /// The contracts whose quotes are among some channels.
  static func symbols(in channels: [String]) -> Set<SymbolText> {
    Set(channels.lazy.filter { $0.hasPrefix("Q.") }.compactMap { SymbolText(String($0.dropFirst(2))) })
  }
}
