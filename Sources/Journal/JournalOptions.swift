/// How a journal is kept: the record of what came in, in order, written before anybody concludes something from it.
public struct JournalOptions: Sendable {
  /// Folder of the journal; made when it is not there.
  public var directory: String
  /// For people: where the events come from.
  public var source: String
  /// Size at which a segment is closed and the next one begun.
  public var segmentBytes = 64 << 20
  /// What was written reaches the disk itself (fdatasync) after this time at the latest …
  public var commitMilliseconds = 5
  /// … or as soon as so much was written.
  public var commitBytes = 256 << 10
  /// Days that are kept, the running one included; nil for all.
  public var keepDays: Int?
  /// Bytes that are kept; the oldest days go first, the running one never; nil for any number.
  public var keepBytes: Int64?
  /// Most memory for events that the disk refuses; what comes beyond is counted as missing and marked in the journal.
  public var heldBytes = 64 << 20

  public init(directory: String, source: String) {
    self.directory = directory
    self.source = source
  }
}
