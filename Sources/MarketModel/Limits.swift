/// Every bound of the house in one place. What a bound drops is counted and shown in /health.
public enum Limits {
  /// Distinct symbols one process knows; further ones are refused and counted as bad events.
  public static let instruments = 1 << 20
  /// Bytes of one WebSocket frame or NDJSON line from a vendor.
  public static let frameBytes = 4 << 20
  /// Rows of a flat file that are brought into the order of their times, in memory, 88 bytes each; longer files must be in
  /// order already.
  public static let flatFileRows = 12_000_000
  /// Bytes of vendor frames between the network thread and the feed thread, touched only as a backlog grows. A frame that
  /// finds no room is a gap.
  public static let frameRingBytes = 64 << 20
  /// Prints a live feed remembers having handed over, 48 bytes each, touched as they come: what the vendor's history brings
  /// again is told from what was missed by them.
  public static let handedOverPrints = 1 << 20
  /// Prints remembered beyond those, because history is or will be asked for the time they are of; 48 bytes each, from the first
  /// loss to the last closed gap. What does not fit cannot be told from what was missed: its gap stays unfilled.
  public static let keptPrints = 1 << 23
  /// Reports of damage that wait to be looked after; further ones widen the last.
  public static let damageReports = 256
  /// Events between the feed thread and the engine thread.
  public static let eventRing = 1 << 15
  /// Outputs between the engine and the storage thread.
  public static let storageRing = 1 << 16
  /// Outputs between the engine and the publisher; when it is full the publisher misses outputs and is told how many.
  public static let publisherRing = 1 << 14
  /// Outputs between the engine and the alerts; what finds no room is read from the store.
  public static let alertRing = 1 << 13
  /// Prints the engine remembers for cancellations.
  public static let rememberedPrints = 1 << 17
  /// Minutes built again for back-filled prints that are kept for the next ones: some 10 MB.
  public static let rebuiltMinutes = 1 << 16
  /// Steps back through a contract's prints when a cancellation looks for its print.
  public static let cancellationSearch = 256
  /// Prints of the day that detectors can look back at, 64 bytes each, touched as they come.
  public static let detectorPrints = 1 << 20
  /// Detections of one day that one detector gives out; about 140 bytes each.
  public static let detections = 1 << 17
  /// Cells (contract, minute, kind, side) that the order flow of the last 60 minutes is kept in, 56 bytes each, touched as they
  /// come; when the window needs more it begins later, and says so.
  public static let flowCells = 1 << 20
  /// Legs one sweep window holds per contract and side.
  public static let sweepWindowLegs = 1024
  /// Sweeps the engine keeps in a session.
  public static let sweeps = 1 << 17
  /// Crossings of positioning levels that wait for whoever alerts people; further ones are counted.
  public static let levelCrossings = 1024
  /// Milliseconds that one round of positioning takes at most, but for its first underlying; the others wait for the next.
  public static let positioningRoundMilliseconds: Int64 = 1000
  /// Patterns of one day that one pattern detector gives out; about 200 bytes each.
  public static let patterns = 1 << 16
  /// How many prints back a print can still be taken out of a pattern: as far as prints are remembered for cancellations. 8 bytes
  /// each for every pattern detector.
  public static let patternLegs = rememberedPrints
  /// Prints that a pattern's window holds at most: less than the tape, so that those that leave are still on it.
  public static let patternWindowPrints: Int64 = 1 << 19
  /// Series of alike prints at a time, four for each contract and side, 40 bytes each and 8 for each hit kept.
  public static let hitSeries = 1 << 18
  /// Groups of prints at a time that may turn out to be legs of one order, and legs of each, 40 bytes a leg.
  public static let pendingSpreads = 1 << 10
  public static let spreadLegs = 12
  /// Prints the publisher keeps in memory for /prints; older ones come from the store.
  public static let recentPrints = 1 << 15
}
