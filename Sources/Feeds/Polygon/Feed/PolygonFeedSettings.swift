import Logging
import MarketModel

/// What a live feed of Polygon/Massive follows, and where it is found.
public struct PolygonFeedSettings: Sendable {
  public var key: Secret
  /// `wss://socket.massive.com`, without the cluster's path.
  public var socketBase: String
  /// `https://api.massive.com`.
  public var restBase: String
  /// PEM file of a further certificate authority; nil for the system's alone.
  public var certificateAuthority: String?
  public var filter: SymbolFilter
  /// Whether the followed underlyings' own prints are wanted.
  public var followsStocks: Bool
  /// A plan that is 15 minutes late and has no option quotes.
  public var isDelayed: Bool
  /// Strikes each side of the money whose quotes are followed.
  public var strikesEachSide: Int
  /// Contracts whose quotes are followed at most; the vendor allows 1,000.
  public var quotedContracts: Int
  /// Prices to begin with, by underlying.
  public var defaultSpots: [String: Price]
  /// Seconds between two readings of a chain.
  public var greeksSeconds: Int
  public var requestsPerMinute: Int
  /// Whether a journal keeps what comes: then a later start knows the gaps that are open when this one stops, and fills them.
  public var isRecorded: Bool

  public init(
    key: Secret, socketBase: String, restBase: String, certificateAuthority: String? = nil, filter: SymbolFilter,
    followsStocks: Bool = true, isDelayed: Bool = false, strikesEachSide: Int = 3,
    quotedContracts: Int = Limits.quotedContracts,
    defaultSpots: [String: Price] = [:], greeksSeconds: Int = 45, requestsPerMinute: Int = 3000,
    isRecorded: Bool = false
  ) {
    self.key = key
    self.socketBase = socketBase
    self.restBase = restBase
    self.certificateAuthority = certificateAuthority
    self.filter = filter
    self.followsStocks = followsStocks
    self.isDelayed = isDelayed
    self.strikesEachSide = strikesEachSide
    self.quotedContracts = quotedContracts
    self.defaultSpots = defaultSpots
    self.greeksSeconds = greeksSeconds
    self.requestsPerMinute = requestsPerMinute
    self.isRecorded = isRecorded
  }
}

/// One of the vendor's clusters that a feed connects to. The raw value marks its messages on the way to the feed's thread.
public enum PolygonStream: UInt8, Sendable, CaseIterable {
  case options
  case stocks

  /// The vendor's word, also the path of the socket.
  public var cluster: String {
    switch self {
    case .options: "options"
    case .stocks: "stocks"
    }
  }

  public var scope: FeedIncident.Scope {
    switch self {
    case .options: .options
    case .stocks: .equities
    }
  }
}
