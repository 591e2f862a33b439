import MarketModel

/// `/v1/marketstatus/now`.
public struct MarketStatus: Decodable, Hashable, Sendable {
  /// `open`, `closed` or `extended-hours`.
  public var market: String?
  public var isEarly: Bool?
  public var isLate: Bool?
  /// RFC 3339, as it came.
  public var serverTimeText: String?
  public var exchanges: [String: String]?

  enum CodingKeys: String, CodingKey {
    case market, exchanges
    case isEarly = "earlyHours"
    case isLate = "afterHours"
    case serverTimeText = "serverTime"
  }

  /// The vendor's clock, to the second; nil when it says none.
  public var serverTime: Timestamp? { serverTimeText.flatMap { Timestamp(rfc3339: $0) } }
}

/// One row of `/v1/marketstatus/upcoming`.
public struct UpcomingHoliday: Decodable, Hashable, Sendable {
  /// `YYYY-MM-DD`.
  public var date: String?
  public var exchange: String?
  public var name: String?
  /// `closed` or `early-close`.
  public var status: String?
  /// RFC 3339, on days of early close.
  public var open: String?
  public var close: String?
}
