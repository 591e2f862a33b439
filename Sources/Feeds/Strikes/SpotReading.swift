import MarketModel

/// Where the price of an underlying comes from, best first.
public enum SpotOrigin: UInt8, Sendable, CaseIterable {
  /// A trade of the stock within the last five seconds.
  case liveTrade
  /// The vendor's chain snapshot, newer than the latest trade.
  case chainSnapshot
  /// The latest trade of the stock, older than five seconds, and nothing newer is known.
  case earlierTrade
  /// The previous session's close.
  case previousClose
  /// A number from the settings: nothing is known of the market.
  case configured

  /// Whether the price is not of the running session: what is worked out from it must be marked.
  public var isStale: Bool { self == .previousClose || self == .configured }
}

/// The price of an underlying, and what it is worth.
public struct SpotReading: Hashable, Sendable {
  public var price: Price
  public var origin: SpotOrigin
  /// When it was the price; `.none` where that is not known.
  public var time: Timestamp

  public init(price: Price, origin: SpotOrigin, time: Timestamp = .none) {
    self.price = price
    self.origin = origin
    self.time = time
  }
}

/// What is known of the price of one underlying, from all sources.
public struct SpotSources: Hashable, Sendable {
  /// Latest trade of the stock that may set its price.
  public var trade: (price: Price, time: Timestamp)? {
    get { known(tradePrice, tradeTime) }
    set { (tradePrice, tradeTime) = (newValue?.price, newValue?.time ?? .none) }
  }
  /// `underlying_asset.price` of the chain snapshot, with the time at which it was the price.
  public var chain: (price: Price, time: Timestamp)? {
    get { known(chainPrice, chainTime) }
    set { (chainPrice, chainTime) = (newValue?.price, newValue?.time ?? .none) }
  }
  public var previousClose: Price?
  public var configured: Price

  private var tradePrice: Price?
  private var tradeTime = Timestamp.none
  private var chainPrice: Price?
  private var chainTime = Timestamp.none

  /// A trade is live for so long.
  public static let liveNanoseconds: Int64 = 5_000_000_000

  public init(configured: Price) { self.configured = configured }

  /// The best that is known at a moment of market time.
  public func reading(at now: Timestamp) -> SpotReading {
    if let trade, now - trade.time < SpotSources.liveNanoseconds {
      return SpotReading(price: trade.price, origin: .liveTrade, time: trade.time)
    }
    if let chain, chain.time >= trade?.time ?? .none {
      return SpotReading(price: chain.price, origin: .chainSnapshot, time: chain.time)
    }
    if let trade { return SpotReading(price: trade.price, origin: .earlierTrade, time: trade.time) }
    if let previousClose, previousClose > .zero { return SpotReading(price: previousClose, origin: .previousClose) }
    return SpotReading(price: configured, origin: .configured)
  }

  private func known(_ price: Price?, _ time: Timestamp) -> (price: Price, time: Timestamp)? {
    guard let price, price > .zero else { return nil }
    return (price, time)
  }
}
