import FlowEngine
import MarketModel

/// A labelled print as it comes back from the file. Nothing in it depends on this process's instrument ids.
public struct StoredPrint: Sendable, Equatable {
  public var printID: Int64
  public var time: Timestamp
  public var sequence: Int64
  /// The vendor's symbol.
  public var symbol: String
  public var underlying: String
  /// Nil for what is no option; likewise the next two.
  public var expiry: MarketDate?
  public var right: OptionRight?
  public var strike: Price?
  public var price: Price
  public var size: UInt32
  public var premiumMicros: Int64
  public var venue: VenueID
  public var conditions: ConditionSet
  public var side: AggressorSide
  public var method: LabelMethod
  /// Nil when no quote was known; likewise the next two.
  public var bid: Price?
  public var ask: Price?
  public var quoteTime: Timestamp?
  /// In 1e-9; nil when not known; likewise gamma.
  public var deltaNanos: Int64?
  public var gammaNanos: Int64?
  /// In 1e-9; nil when not known.
  public var impliedVolatilityNanos: Int64?
  public var greeksSource = GreeksSource.none
  public var netDeltaNanos: Int64
  public var underlyingPrice: Price?
  /// 0 for none.
  public var sweepID: UInt32
  public var flags: PrintFlags
  public var isCancelled: Bool
  /// `ingest_runs.run_id`.
  public var runID: Int32
}

/// Which prints are wanted; nil fields do not restrict.
public struct PrintFilter: Sendable, Equatable {
  /// An underlying (`SPY`: itself and its options) or a full contract symbol.
  public var symbol: String?
  public var expiry: MarketDate?
  public var right: OptionRight?
  public var side: AggressorSide?
  public var minimumPremiumMicros: Int64?

  public init(
    symbol: String? = nil, expiry: MarketDate? = nil, right: OptionRight? = nil, side: AggressorSide? = nil,
    minimumPremiumMicros: Int64? = nil
  ) {
    self.symbol = symbol
    self.expiry = expiry
    self.right = right
    self.side = side
    self.minimumPremiumMicros = minimumPremiumMicros
  }
}

/// Rows of the file, by table.
struct StoreRowCounts: Equatable {
  var tradesLabeled: Int64
  var cancellations: Int64
  var rollups: Int64
  var openInterest: Int64
  var instruments: Int64
}
