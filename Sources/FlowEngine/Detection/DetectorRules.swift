import MarketModel

/// The detectors' thresholds; each detector reads its own only.
public struct DetectorRules: Hashable, Sendable {
  /// Detectors that are switched off.
  public var off: DetectorSet = []
  public var sweep = SweepReportRule()
  public var intermarketSweep = IntermarketSweepRule()
  public var block = BlockReportRule()
  public var offBook = OffBookRule()
  public var aggressiveBuying = AggressiveBuyingRule()
  public var institutional = InstitutionalRule()
  public var multiLeg = MultiLegRule()
  public var unusualVolume = UnusualVolumeRule()
  public var repeatedHits = RepeatedHitsRule()
  public var sweepThenFloor = SweepThenFloorRule()

  public init() {}
}

/// Some of the detectors. Equal sets are described by equal words in every process: rules are compared by their words.
public struct DetectorSet: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  private var bits: UInt32 = 0

  public init(arrayLiteral detectors: DetectorID...) { for detector in detectors { insert(detector) } }

  public func contains(_ detector: DetectorID) -> Bool { bits >> UInt32(detector.rawValue) & 1 != 0 }
  public mutating func insert(_ detector: DetectorID) { bits |= 1 << UInt32(detector.rawValue) }
  public mutating func remove(_ detector: DetectorID) { bits &= ~(1 << UInt32(detector.rawValue)) }

  public var description: String { "\(DetectorID.allCases.filter { contains($0) })" }
}
