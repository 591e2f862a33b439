import MarketModel

/// How a run's alerts are kept.
public struct AlertOptions: Sendable {
  /// Names the source: the same whenever it is played again, and no other's.
  public var run: String
  public var tellsOutside = TellingOutside.within(nanoseconds: 900_000_000_000)
  /// Nobody looked at an alert for so long.
  public var expiryNanoseconds: Int64 = 86_400_000_000_000
  /// Alerts whose state has not changed for so long are forgotten; new ones expire before.
  public var retentionNanoseconds: Int64 = 90 * 86_400_000_000_000
  /// Names that rules and subscribers may give as channels; nil for one who does not know which there are.
  public var channels: [String]?
  /// Prints and detections that rules let through and that may wait for the file; fewer in tests only.
  public var pendingCapacity = 20_000

  public init(run: String) { self.run = run }
}

/// Which alerts channels are told of; the page and the API always have all.
public enum TellingOutside: Hashable, Sendable {
  /// A market whose time is its own.
  case always
  /// Those whose cause is at most so old by the machine's clock.
  case within(nanoseconds: Int64)
  /// A recording.
  case never
}
