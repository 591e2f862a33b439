import MarketModel

/// What leaves the engine, in order. Storage, publisher and alerting all read this one stream.
@frozen public enum FlowOutput: Hashable, Sendable, BitwiseCopyable {
  case print(LabeledPrint)
  /// An earlier print is void; its effect on all sums has been taken back.
  case cancellation(Cancellation)
  /// A contract's minute is over.
  case minuteBar(MinuteBar)
  /// Open interest of a contract became known for a day.
  case openInterest(OpenInterest)
  /// A new trading day began: day sums start at zero.
  case sessionReset(SessionReset)
  /// Something happened to the data themselves.
  case incident(FeedIncident)
  /// What the state has come to, so that a replay can be held against it.
  case digest(DigestRecord)
  /// Prints that mean something together: recognised, or changed.
  case detection(Detection)
  /// A print has become part of a detection, or is it no more.
  case detectionLeg(DetectionLeg)
}

/// A print with everything the engine concluded from it.
@frozen public struct LabeledPrint: Hashable, Sendable, BitwiseCopyable {
  /// Position among all prints of the source, from 1, whatever their days.
  public var number: Int64
  public var trade: Trade
  // These three stand in what alignment leaves free behind the trade.
  /// Where delta, gamma and volatility come from. The reference profile does not say.
  public var greeksSource: GreeksSource
  public var side: AggressorSide
  /// The rule that decided the side, or the reason why it is unknown.
  public var method: LabelMethod
  /// Prevailing NBBO at the trade; both zero when none was known.
  public var bid: Price
  public var ask: Price
  /// When that NBBO was quoted; `.none` when none was known.
  public var quoteTime: Timestamp
  /// price x size x multiplier in millionths of the currency.
  public var premiumMicros: Int64
  /// Greeks in force at the print, in 1e-9; `ContractReference.unknown` when not known.
  public var deltaNanos: Int64
  public var gammaNanos: Int64
  /// Implied volatility in force at the print, in 1e-9 (0.35 = 350,000,000); `ContractReference.unknown` when not known.
  public var impliedVolatilityNanos: Int64
  /// Last price of the underlying; zero when none was known.
  public var underlyingPrice: Price
  /// Sweep of the trading day the print belongs to, 0 for none (also for legs before the sweep was recognised).
  public var sweepID: UInt32
  public var flags: PrintFlags

  @inline(__always)
  init(
    number: Int64, trade: Trade, bid: Price, ask: Price, quoteTime: Timestamp, premiumMicros: Int64,
    deltaNanos: Int64, gammaNanos: Int64, impliedVolatilityNanos: Int64 = ContractReference.unknown,
    underlyingPrice: Price, sweepID: UInt32, side: AggressorSide, method: LabelMethod, flags: PrintFlags,
    greeksSource: GreeksSource = .none
  ) {
    self.number = number
    self.trade = trade
    self.greeksSource = greeksSource
    self.side = side
    self.method = method
    self.bid = bid
    self.ask = ask
    self.quoteTime = quoteTime
    self.premiumMicros = premiumMicros
    self.deltaNanos = deltaNanos
    self.gammaNanos = gammaNanos
    self.impliedVolatilityNanos = impliedVolatilityNanos
    self.underlyingPrice = underlyingPrice
    self.sweepID = sweepID
    self.flags = flags
  }

  /// side x size x delta in 1e-9 contracts-deltas (shares / multiplier); 0 when side or delta is unknown.
  @inlinable public var netDeltaNanos: Int64 {
    deltaNanos == ContractReference.unknown ? 0 : side.sign &* Int64(trade.size) &* deltaNanos
  }

  /// side x size x gamma in 1e-9; 0 when side or gamma is unknown.
  @inlinable public var netGammaNanos: Int64 {
    gammaNanos == ContractReference.unknown ? 0 : side.sign &* Int64(trade.size) &* gammaNanos
  }
}

/// Where the greeks of a print come from.
@frozen public enum GreeksSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// There are none.
  case none
  /// Ours, from the NBBO and the underlying at the print.
  case ownQuote
  /// The vendor's, from about the time of the print.
  case vendor
  /// The vendor's, from another time: older than `GreeksRule.vendorNanoseconds`, or nobody knows how old.
  case vendorStale
}

/// Who crossed the spread.
@frozen public enum AggressorSide: Int8, Sendable, BitwiseCopyable, CaseIterable {
  case sell = -1
  /// Exactly at the midpoint: nobody did.
  case mid = 0
  case buy = 1
  /// The data do not say; never a guess.
  case unknown = 2

  /// +1 buy, -1 sell, 0 otherwise.
  @inlinable @inline(__always) public var sign: Int64 { self == .unknown ? 0 : Int64(rawValue) }
}

/// How a side was found, or why it was not.
@frozen public enum LabelMethod: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  // Quote rule (Harris 1989).
  case atOrAboveAsk
  case atOrBelowBid
  case aboveMid
  case belowMid
  case atMid
  /// Tick test (Lee-Ready at the mid; EMO and CLNV inside their bands).
  case tick
  /// Tick test because there was no usable quote (reference profile only).
  case tickWithoutQuote
  // Unknown because of the quote.
  case noQuote
  case crossedQuote
  case staleQuote
  // Unknown because of the print.
  case multiLeg
  case stockTied
  case cross
  case lateOrOutOfSequence
  case cancelled
  case offMarket
}

/// What else is true of a print.
@frozen public struct PrintFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }
  public static let block = PrintFlags(rawValue: 1)
  /// Intermarket sweep order by condition.
  public static let intermarketSweep = PrintFlags(rawValue: 2)
  public static let multiLeg = PrintFlags(rawValue: 4)
  public static let floor = PrintFlags(rawValue: 8)
  public static let cross = PrintFlags(rawValue: 16)
  public static let auction = PrintFlags(rawValue: 32)
  public static let late = PrintFlags(rawValue: 64)
  /// Entered by hand.
  public static let injected = PrintFlags(rawValue: 128)
  /// The venue says the side is less certain (auctions, floor).
  public static let weakSide = PrintFlags(rawValue: 256)
  /// Equity print reported to a FINRA facility: off exchange.
  public static let offExchange = PrintFlags(rawValue: 512)
  /// Outside the regular session.
  public static let extendedHours = PrintFlags(rawValue: 1024)
  /// Missed on the socket, read from the vendor's history later.
  public static let backfilled = PrintFlags(rawValue: 2048)
}

/// An earlier print declared void by the venue.
@frozen public struct Cancellation: Hashable, Sendable, BitwiseCopyable {
  /// `LabeledPrint.number` of the void print; 0 when it was not found among the remembered prints.
  public var cancelledNumber: Int64
  /// The venue's message.
  public var trade: Trade
}

/// One contract, one minute.
@frozen public struct MinuteBar: Hashable, Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  /// Start of the minute, UTC.
  public var minute: Timestamp
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  public var trades: Int64
  /// Contracts or shares.
  public var volume: Int64
  public var premiumMicros: Int64
  public var buyVolume: Int64
  public var sellVolume: Int64
}

/// Open contracts at the end of the last trading day.
@frozen public struct OpenInterest: Hashable, Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  public var time: Timestamp
  public var contracts: Int64
}

/// The trading day changed.
@frozen public struct SessionReset: Hashable, Sendable, BitwiseCopyable {
  /// The day that begins.
  public var session: MarketDate
  public var time: Timestamp
  /// Prints and cancellations of the source before the day: the day's first print has the number `printsBefore` + 1.
  public var printsBefore: Int64 = 0
  public var cancellationsBefore: Int64 = 0
}

/// The engine's state in one number, with the place in the day's stream where it was so.
@frozen public struct DigestRecord: Hashable, Sendable, BitwiseCopyable {
  public var session: MarketDate
  /// Stream time.
  public var time: Timestamp
  /// Events of the day so far; those from before the first event with a time belong to the first day.
  public var events: Int64
  /// Labelled prints of the day so far.
  public var prints: Int64
  /// `FlowEngine.stateDigest()`.
  public var digest: UInt64

  public init(session: MarketDate, time: Timestamp, events: Int64, prints: Int64, digest: UInt64) {
    self.session = session
    self.time = time
    self.events = events
    self.prints = prints
    self.digest = digest
  }
}
