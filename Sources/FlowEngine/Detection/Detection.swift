import MarketModel

/// Something that prints together mean: a sweep, a block, a spread. Given out when it is recognised and again whenever it
/// changes; the newest record of an `id` stands.
///
/// Outputs go through rings beside prints, two cache lines each: what is small is stored small.
@frozen public struct Detection: Hashable, Sendable, BitwiseCopyable {
  /// The same in every replay of the day, whatever other detectors do.
  public var id: DetectionID
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  private var first: Int64
  /// Contracts (or shares) of its prints in total.
  public var size: Int64
  public var premiumMicros: Int64
  /// Sum of side x size x delta of its prints, 1e-9; 0 where side or delta is unknown.
  public var netDeltaNanos: Int64
  /// Last price of the underlying at its newest print; zero when none was known.
  public var underlyingPrice: Price
  /// The contract, or the first leg's of several.
  public var instrument: InstrumentID
  public var underlying: InstrumentID
  private var printCount: UInt32
  /// From the first print to the last.
  private var reach: UInt32
  /// What the confidence is made of; unused places have the kind `.none`.
  public var factors: ConfidenceFactors
  /// Confidence in 1/1000, 0...1000: the weighted sum of the factors.
  public var confidencePermille: UInt16
  public var kind: DetectionKind
  /// Number of different contracts, 1 for all but spreads; their ids stand in `DetectionLeg`.
  public var contractCount: UInt8
  /// Two bits each: state, side + 1, effect.
  private var traits: UInt8

  init(
    id: DetectionID, kind: DetectionKind, state: DetectionState, side: AggressorSide, effect: PositionEffect,
    instrument: InstrumentID, underlying: InstrumentID, contractCount: UInt8, confidencePermille: UInt16,
    firstTime: Timestamp, lastTime: Timestamp, firstPrint: Int64, lastPrint: Int64, prints: Int64, size: Int64,
    premiumMicros: Int64, netDeltaNanos: Int64, underlyingPrice: Price, factors: ConfidenceFactors
  ) {
    self.id = id
    self.firstTime = firstTime
    self.lastTime = lastTime
    first = firstPrint
    self.size = size
    self.premiumMicros = premiumMicros
    self.netDeltaNanos = netDeltaNanos
    self.underlyingPrice = underlyingPrice
    self.instrument = instrument
    self.underlying = underlying
    printCount = UInt32(clamping: prints)
    reach = UInt32(clamping: lastPrint - firstPrint)
    self.factors = factors
    self.confidencePermille = confidencePermille
    self.kind = kind
    self.contractCount = contractCount
    traits = 0
    self.state = state
    self.side = side
    self.effect = effect
  }

  public var state: DetectionState {
    get { DetectionState(rawValue: traits & 3) ?? .open }
    set { traits = traits & ~3 | newValue.rawValue }
  }
  /// Side of the customer, as its prints were labelled; unknown when they differ or have none.
  public var side: AggressorSide {
    get { AggressorSide(rawValue: Int8(traits >> 2 & 3) - 1) ?? .unknown }
    set { traits = traits & ~12 | UInt8(newValue.rawValue + 1) << 2 }
  }
  public var effect: PositionEffect {
    get { PositionEffect(rawValue: traits >> 4 & 3) ?? .unknown }
    set { traits = traits & ~48 | newValue.rawValue << 4 }
  }
  /// `LabeledPrint.number` of its first print.
  public var firstPrint: Int64 {
    get { first }
    set {
      let last = lastPrint
      first = newValue
      lastPrint = last
    }
  }
  /// `LabeledPrint.number` of its newest print; within 2^32 prints of the first.
  public var lastPrint: Int64 {
    get { first + Int64(reach) }
    set { reach = UInt32(clamping: newValue - first) }
  }
  /// Number of its prints, at most 2^32 - 1.
  public var prints: Int64 {
    get { Int64(printCount) }
    set { printCount = UInt32(clamping: newValue) }
  }
}

/// Names a detection within a run: trading day, detector, and its count of that detector's finds on that day.
@frozen public struct DetectionID: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// days since 1970 << 40 | detector << 32 | count from 1.
  public var rawValue: Int64

  @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }
  @inlinable public init(session: MarketDate, detector: DetectorID, count: UInt32) {
    rawValue = Int64(session.daysSinceEpoch) << 40 | Int64(detector.rawValue) << 32 | Int64(count)
  }
  @inlinable public var session: MarketDate { MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: rawValue >> 40)) }
  /// Nil for a number that no detector gave.
  @inlinable public var detector: DetectorID? { DetectorID(rawValue: UInt8(truncatingIfNeeded: rawValue >> 32)) }
  @inlinable public var count: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
  @inlinable public static func < (a: DetectionID, b: DetectionID) -> Bool { a.rawValue < b.rawValue }
}

/// A print that belongs to a detection. Given out when it joins.
@frozen public struct DetectionLeg: Hashable, Sendable, BitwiseCopyable {
  public var detection: DetectionID
  /// `LabeledPrint.number`.
  public var print: Int64
  public var instrument: InstrumentID
  /// The venue took the print back: it is a leg no more.
  public var isVoid: Bool

  public init(detection: DetectionID, print: Int64, instrument: InstrumentID, isVoid: Bool = false) {
    self.detection = detection
    self.print = print
    self.instrument = instrument
    self.isVoid = isVoid
  }
}

/// The detectors: each a type of its own with its own rule, each numbering its own finds.
@frozen public enum DetectorID: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case sweep = 1
  case intermarketSweep
  case block
  case offBook
  case aggressiveBuying
  case institutional
  case multiLeg
  case unusualVolume
  case repeatedHits
  case sweepThenFloor
}

/// What was found.
@frozen public enum DetectionKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Aggressive prints of one contract and side over several venues within the window.
  case sweep
  /// Prints that the tape marks as intermarket sweep orders.
  case intermarketSweep
  case block
  /// Options: floor, cross, auction or late prints and the like, away from the lit book.
  case offBook
  /// Equities: reported to a FINRA facility.
  case darkPool
  case aggressiveCallBuying
  case aggressivePutBuying
  case institutionalFlow
  case verticalSpread
  case straddle
  case strangle
  case riskReversal
  case butterfly
  case calendarSpread
  /// Legs that belong together and are none of the above.
  case otherSpread
  case unusualVolume
  case repeatedHits
  case sweepThenFloor
}

/// Where a detection is in its life.
@frozen public enum DetectionState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Recognised; prints may still join it.
  case open
  /// Nothing joins it any more.
  case closed
  /// Its prints were taken back, so that it is none.
  case withdrawn
}

/// Whether the customer opens or closes a position, as far as sizes tell.
@frozen public enum PositionEffect: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case unknown
  /// Larger than the open interest and the rest of the day's volume together: must open, mostly (Barchart's rule).
  case opening
  case likelyOpening
  case likelyClosing
}
