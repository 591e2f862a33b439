import MarketModel

/// The detectors' thresholds; each detector reads its own only.
public struct DetectorRules: Hashable, Sendable {
  /// Detectors that are switched off.
  public var off: Set<DetectorID> = []
  public var block = BlockReportRule()
  public var aggressiveBuying = AggressiveBuyingRule()
  public var institutional = InstitutionalRule()
  public var multiLeg = MultiLegRule()
  public var unusualVolume = UnusualVolumeRule()
  public var repeatedHits = RepeatedHitsRule()
  public var sweepThenFloor = SweepThenFloorRule()

  public init() {}
}
