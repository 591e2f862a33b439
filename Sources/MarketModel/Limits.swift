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
  /// Reports of damage that wait to be looked after; further ones widen the last.
  public static let damageReports = 256
  /// Events between the feed thread and the engine thread.
  public static let eventRing = 1 << 15
  /// Outputs between the engine and the storage thread.
  public static let storageRing = 1 << 16
  /// Outputs between the engine and the publisher; when it is full the publisher misses outputs and is told how many.
  public static let publisherRing = 1 << 14
  /// Prints the engine remembers for cancellations.
  public static let rememberedPrints = 1 << 17
  /// Steps back through a contract's prints when a cancellation looks for its print.
  public static let cancellationSearch = 256
  /// Prints of the day that detectors can look back at, 72 bytes each, touched as they come.
  public static let detectorPrints = 1 << 20
  /// Cells (contract, minute, kind, side) that the order flow of the last 60 minutes is kept in, 56 bytes each, touched as they
  /// come; when the window needs more it begins later, and says so.
  public static let flowCells = 1 << 20
  /// Legs one sweep window holds per contract and side.
  public static let sweepWindowLegs = 1024
  /// Sweeps the engine keeps in a session.
  public static let sweeps = 1 << 17
  /// Prints the publisher keeps in memory for /prints; older ones come from the store.
  public static let recentPrints = 1 << 15
}
