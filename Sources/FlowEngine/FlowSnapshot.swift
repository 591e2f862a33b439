import MarketModel

/// A copy of what the engine knows at one moment of the stream, for readers on other threads. Filled in place and handed
/// back for reuse, so that publishing allocates nothing once the arrays have grown.
public final class FlowSnapshot: @unchecked Sendable {
  /// Which contracts are copied.
  public enum Scope: Sendable {
    /// Those with a quote or a print today.
    case seenToday
    /// Those whose open interest is known, too: most of a chain is quiet.
    case withOpenInterest
  }
  public let scope: Scope
  /// Time of the last event.
  public var streamTime = Timestamp.none
  /// Trading day the sums belong to; nil before the first event.
  public var session: MarketDate?
  public var counters = FlowCounters()
  /// The contracts of the scope, in order of `InstrumentID`.
  public var contracts: [ContractSnapshot] = []
  /// Every underlying of a contract ever seen, in order of `InstrumentID`.
  public var underlyings: [UnderlyingSnapshot] = []
  /// How each detector is; empty when none looks on.
  public var detectors: [DetectorStatus] = []

  public init(_ scope: Scope = .seenToday) { self.scope = scope }
}

/// One contract's day so far.
@frozen public struct ContractSnapshot: Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  public var trades: Int64
  /// Contracts.
  public var volume: Int64
  public var premiumMicros: Int64
  public var buyVolume: Int64
  public var sellVolume: Int64
  /// Sum of side x size x delta, 1e-9.
  public var netDeltaNanos: Int64
  /// Sum of side x size x gamma, 1e-9.
  public var netGammaNanos: Int64
  /// Zero before the first print.
  public var lastPrice: Price
  public var lastTradeTime: Timestamp
  /// NBBO now; both zero when none is known.
  public var bid: Price
  public var ask: Price
  public var quoteTime: Timestamp
  /// `ContractReference.unknown` when not known; likewise the next three.
  public var deltaNanos: Int64
  public var gammaNanos: Int64
  public var impliedVolatilityNanos: Int64
  public var openInterest: Int64
  /// Sweeps and blocks seen today.
  public var sweeps: UInt32
  public var blocks: UInt32
}

/// One underlying's day so far; sums are over its options.
public struct UnderlyingSnapshot: Sendable {
  /// Id of the underlying itself.
  public var instrument: InstrumentID
  /// Last price of the underlying; zero when none is known.
  public var lastPrice: Price
  /// When `lastPrice` was seen; `.none` when it was not.
  public var lastPriceTime: Timestamp
  public var trades: Int64
  public var callVolume: Int64
  public var putVolume: Int64
  public var callPremiumMicros: Int64
  public var putPremiumMicros: Int64
  /// Premium of prints labelled buy and sell.
  public var buyPremiumMicros: Int64
  public var sellPremiumMicros: Int64
  public var netDeltaNanos: Int64
  /// Prints and premium of the last five minutes of stream time.
  public var fiveMinuteTrades: Int64
  public var fiveMinutePremiumMicros: Int64
  /// The day minute by minute, ascending, minutes without a print left out.
  public var minutes: [UnderlyingMinute]
}

/// One minute of an underlying's option flow.
@frozen public struct UnderlyingMinute: Hashable, Sendable, BitwiseCopyable {
  /// Start of the minute, UTC.
  public var minute: Timestamp
  public var trades: Int64
  public var callVolume: Int64
  public var putVolume: Int64
  public var callPremiumMicros: Int64
  public var putPremiumMicros: Int64
  public var buyPremiumMicros: Int64
  public var sellPremiumMicros: Int64
  /// Price of the underlying that the minute's newest option print found; zero when none was known. Part of the digest.
  public var underlyingPrice: Price
  /// First, highest, lowest and last price of the underlying in the minute, zero when none was known: of its own prints that
  /// set a price; in a minute without such a print of the prices that option prints found, which a bar or an earlier minute
  /// may have left. Like the last price of the engine they are not taken back with a cancelled print of an option, nor with
  /// one of the underlying, and back-filled prints do not change them.
  public var underlyingOpen = Price.zero
  public var underlyingHigh = Price.zero
  public var underlyingLow = Price.zero
  public var underlyingClose = Price.zero
}

/// What the engine has counted since it was made, whatever the days; a restored engine goes on from the saved one's counts.
public struct FlowCounters: Hashable, Sendable {
  public var events: Int64 = 0
  public var trades: Int64 = 0
  public var quotes: Int64 = 0
  public var bars: Int64 = 0
  /// Prints whose conditions keep them out of all sums.
  public var excludedTrades: Int64 = 0
  /// By `AggressorSide`: sell, mid, buy, unknown.
  public var sideSell: Int64 = 0
  public var sideMid: Int64 = 0
  public var sideBuy: Int64 = 0
  public var sideUnknown: Int64 = 0
  /// By `LabelMethod.rawValue`.
  public var byMethod: [Int64] = Array(repeating: 0, count: LabelMethod.allCases.count)
  public var sweeps: Int64 = 0
  public var blocks: Int64 = 0
  public var cancellations: Int64 = 0
  /// Cancellations whose print was not among the remembered ones.
  public var unmatchedCancellations: Int64 = 0
  /// Times more than a month ahead of the stream that no second event confirmed.
  public var doubtedTimes: Int64 = 0
  /// Minutes that could not be built again after a cancellation.
  public var unrepairedMinutes: Int64 = 0
  /// Sweeps not opened because the session already had `Limits.sweeps`.
  public var refusedSweeps: Int64 = 0
  /// How often the source has begun again; the other counts are from then on.
  public var restarts: Int64 = 0
  /// Prints of the last five minutes of stream time, all underlyings.
  public var fiveMinuteTrades: Int64 = 0
  /// Number of the newest print: those of the source before this engine are counted in.
  public var lastPrint: Int64 = 0

  public init() {}
}
