import MarketModel

/// Which prints belong to one order in several contracts. The tape does not say it: legs carry the same condition, venue and size
/// and nearly the same time (OPRA.md section 1: MLET and what follows it, and those tied to stock).
public struct MultiLegRule: Hashable, Sendable {
  /// First to last leg that the tape marks as one, by the tape's own stamps.
  public var markedNanoseconds: Int64 = 5_000_000
  /// The same where nothing marks them; vendors cut stamps to milliseconds.
  public var unmarkedNanoseconds: Int64 = 1_000_000
  /// Of each unmarked leg: small orders of the same size meet by chance.
  public var minimumUnmarkedSize: Int64 = 10
  /// Prints of others that may stand between unmarked legs on the tape.
  public var mostBetweenUnmarked: Int64 = 4
  public init() {}
}
