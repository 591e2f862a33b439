import MarketModel

/// How a live feed does, for /health.
public struct PolygonFeedStatus: Sendable {
  public struct Window: Sendable {
    public var underlying: String
    /// Nil while nothing tells a price.
    public var spot: SpotReading?
    /// Nil before the first price.
    public var picture: StrikeWindow.Picture?
  }

  public struct Chain: Sendable {
    public var underlying: String
    /// Contracts of the latest complete reading.
    public var contracts: Int
    /// Since that reading; nil before the first.
    public var ageSeconds: Double?
  }

  public var connections: [ConnectionStatus] = []
  public var windows: [Window] = []
  /// Contracts of the windows whose quotes are not followed, because a connection carries no more.
  public var leftOutQuotes = 0
  /// Contracts whose quotes are followed.
  public var quotedContracts = 0
  public var chains: [Chain] = []
  public var rest = RESTCounters()
  public var backfill = BackfillState()
  public var observed = FeedObservations.Counts()
  public var gapsFound: Int64 = 0
  public var isMarketClosed = false
  /// How long no event has been newer than those before.
  public var stillSeconds = 0.0

  public init() {}
}
