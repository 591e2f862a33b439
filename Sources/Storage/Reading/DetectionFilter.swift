import FlowEngine
import MarketModel

/// Which detections are wanted; nil fields do not restrict.
public struct DetectionFilter: Sendable, Equatable {
  public var kind: DetectionKind?
  /// An underlying (`SPY`) or the full symbol of the contract, or of the first of several.
  public var symbol: String?
  public var side: AggressorSide?
  public var state: DetectionState?
  public var minimumConfidencePermille: UInt16?
  public var minimumPremiumMicros: Int64?
  /// Those with a newest print at or after the first moment and a first print before the first one that is too late.
  public var from: Timestamp?
  public var to: Timestamp?

  public init() {}
}

/// Where a detection stands among all, the one with the newest print last. It moves on when a print joins.
public struct DetectionPlace: Sendable, Hashable, Comparable {
  /// Id of its newest print.
  public var lastPrintID: Int64
  public var detection: DetectionID

  public init(lastPrintID: Int64, detection: DetectionID) {
    self.lastPrintID = lastPrintID
    self.detection = detection
  }

  public static func < (a: DetectionPlace, b: DetectionPlace) -> Bool {
    (a.lastPrintID, a.detection) < (b.lastPrintID, b.detection)
  }
}

/// A detection as it comes back from the file. Nothing in it depends on this process's instrument ids.
public struct StoredDetection: Sendable, Equatable {
  public var id: DetectionID
  /// `ingest_runs.run_id`.
  public var runID: Int32
  public var kind: DetectionKind
  public var state: DetectionState
  public var side: AggressorSide
  public var effect: PositionEffect
  /// The vendor's symbol of the contract, or of the first of several.
  public var symbol: String
  public var underlying: String
  /// Nil for what is no option; likewise the next two.
  public var expiry: MarketDate?
  public var right: OptionRight?
  public var strike: Price?
  public var contractCount: UInt8
  public var confidencePermille: UInt16
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  public var firstPrintID: Int64
  public var lastPrintID: Int64
  public var prints: Int64
  public var size: Int64
  public var premiumMicros: Int64
  /// In 1e-9.
  public var netDeltaNanos: Int64
  public var underlyingPrice: Price?
  public var factors: ConfidenceFactors

  public var place: DetectionPlace { DetectionPlace(lastPrintID: lastPrintID, detection: id) }
}
