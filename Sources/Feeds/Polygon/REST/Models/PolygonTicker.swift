import MarketModel

/// How REST names what the tape names otherwise.
public enum PolygonTicker {
  /// Of an underlying as the house writes it: indices get the vendor's prefix (`SPX` is `I:SPX`), all else stays.
  public static func underlying(_ name: String) -> String {
    OptionRoot.indexRoots.contains { $0.underlying == name } ? "I:" + name : name
  }

  /// The house's name of a REST underlying: without the prefix.
  public static func name(_ ticker: String) -> String { ticker.hasPrefix("I:") ? String(ticker.dropFirst(2)) : ticker }
}
