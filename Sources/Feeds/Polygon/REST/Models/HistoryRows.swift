/// One row of `/v3/trades`.
public struct HistoryTrade: Decodable, Hashable, Sendable {
  public var price: Double?
  public var size: Double?
  public var exchange: Int64?
  public var conditions: [Int64]?
  /// What the tape said of the print later; missing or 0: nothing.
  public var correction: Int64?
  /// Unix nanoseconds.
  public var sipTimestamp: Int64?
  /// Unix nanoseconds.
  public var participantTimestamp: Int64?
  public var sequenceNumber: Int64?
  /// Stocks: FINRA's facility.
  public var reportingFacility: Int64?

  enum CodingKeys: String, CodingKey {
    case price, size, exchange, conditions, correction
    case sipTimestamp = "sip_timestamp"
    case participantTimestamp = "participant_timestamp"
    case sequenceNumber = "sequence_number"
    case reportingFacility = "trf_id"
  }
}

/// One row of `/v3/quotes`.
public struct HistoryQuote: Decodable, Hashable, Sendable {
  public var bidPrice: Double?
  public var askPrice: Double?
  public var bidSize: Double?
  public var askSize: Double?
  public var bidExchange: Int64?
  public var askExchange: Int64?
  public var sequenceNumber: Int64?
  /// Unix nanoseconds.
  public var sipTimestamp: Int64?

  enum CodingKeys: String, CodingKey {
    case bidPrice = "bid_price"
    case askPrice = "ask_price"
    case bidSize = "bid_size"
    case askSize = "ask_size"
    case bidExchange = "bid_exchange"
    case askExchange = "ask_exchange"
    case sequenceNumber = "sequence_number"
    case sipTimestamp = "sip_timestamp"
  }
}

/// One bar of `/v2/aggs`.
public struct Aggregate: Decodable, Hashable, Sendable {
  /// Previous close only: whose it is.
  public var ticker: String?
  /// Start of the bar, Unix milliseconds.
  public var startMilliseconds: Int64?
  public var open: Double?
  public var high: Double?
  public var low: Double?
  public var close: Double?
  public var volume: Double?
  public var volumeWeightedPrice: Double?
  public var trades: Int64?

  enum CodingKeys: String, CodingKey {
    case ticker = "T"
    case startMilliseconds = "t"
    case open = "o"
    case high = "h"
    case low = "l"
    case close = "c"
    case volume = "v"
    case volumeWeightedPrice = "vw"
    case trades = "n"
  }
}
