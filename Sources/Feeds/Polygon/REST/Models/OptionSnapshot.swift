import MarketModel

/// What the vendor knows of one contract now. Any part may be missing: by plan, or because there is nothing to say.
public struct OptionSnapshot: Decodable, Hashable, Sendable {
  public struct Details: Decodable, Hashable, Sendable {
    public var ticker: String?
    /// `call`, `put` or `other`.
    public var contractType: String?
    /// `american`, `european` or `bermudan`.
    public var exerciseStyle: String?
    /// `YYYY-MM-DD`.
    public var expirationDate: String?
    public var sharesPerContract: Double?
    public var strikePrice: Double?

    enum CodingKeys: String, CodingKey {
      case ticker
      case contractType = "contract_type"
      case exerciseStyle = "exercise_style"
      case expirationDate = "expiration_date"
      case sharesPerContract = "shares_per_contract"
      case strikePrice = "strike_price"
    }
  }

  public struct Greeks: Decodable, Hashable, Sendable {
    public var delta: Double?
    public var gamma: Double?
    /// A calendar day.
    public var theta: Double?
    /// A point of volatility.
    public var vega: Double?
  }

  public struct Day: Decodable, Hashable, Sendable {
    public var open: Double?
    public var high: Double?
    public var low: Double?
    public var close: Double?
    public var previousClose: Double?
    public var volume: Double?
    public var vwap: Double?
    /// Unix nanoseconds.
    public var lastUpdated: Int64?

    enum CodingKeys: String, CodingKey {
      case open, high, low, close, volume, vwap
      case previousClose = "previous_close"
      case lastUpdated = "last_updated"
    }
  }

  public struct LastQuote: Decodable, Hashable, Sendable {
    public var bid: Double?
    public var ask: Double?
    public var bidSize: Double?
    public var askSize: Double?
    public var midpoint: Double?
    /// Unix nanoseconds.
    public var lastUpdated: Int64?
    /// `DELAYED` or `REAL-TIME`.
    public var timeframe: String?

    enum CodingKeys: String, CodingKey {
      case bid, ask, midpoint, timeframe
      case bidSize = "bid_size"
      case askSize = "ask_size"
      case lastUpdated = "last_updated"
    }
  }

  public struct LastTrade: Decodable, Hashable, Sendable {
    public var price: Double?
    public var size: Double?
    public var exchange: Int64?
    public var conditions: [Int64]?
    /// Unix nanoseconds.
    public var sipTimestamp: Int64?
    /// `DELAYED` or `REAL-TIME`.
    public var timeframe: String?

    enum CodingKeys: String, CodingKey {
      case price, size, exchange, conditions, timeframe
      case sipTimestamp = "sip_timestamp"
    }
  }

  public struct Underlying: Decodable, Hashable, Sendable {
    public var ticker: String?
    public var price: Double?
    /// Instead of a price, for an index.
    public var value: Double?
    /// Unix nanoseconds.
    public var lastUpdated: Int64?
    /// `DELAYED` or `REAL-TIME`.
    public var timeframe: String?

    enum CodingKeys: String, CodingKey {
      case ticker, price, value, timeframe
      case lastUpdated = "last_updated"
    }
  }

  public var details: Details?
  public var greeks: Greeks?
  /// 0.35 = 35 %.
  public var impliedVolatility: Double?
  /// At the end of the last trading day. Flips between old and new for about 25 minutes from 06:30 in New York.
  public var openInterest: Double?
  public var day: Day?
  public var lastQuote: LastQuote?
  public var lastTrade: LastTrade?
  public var underlyingAsset: Underlying?
  public var breakEvenPrice: Double?
  public var fairMarketValue: Double?

  enum CodingKeys: String, CodingKey {
    case details, greeks, day
    case impliedVolatility = "implied_volatility"
    case openInterest = "open_interest"
    case lastQuote = "last_quote"
    case lastTrade = "last_trade"
    case underlyingAsset = "underlying_asset"
    case breakEvenPrice = "break_even_price"
    case fairMarketValue = "fmv"
  }
}
