/// Where a journal that was opened goes on.
struct AppendPoint: Sendable {
  /// The last segment; nil in an empty journal.
  var name: SegmentName?
  /// Whether it takes more blocks, or the next one is begun.
  var goesOn = false
  var segmentBytes: Int64 = 0
  /// Number, within its day, of the event behind the last.
  var nextEvent: Int64 = 0
  /// Symbols that the last segment names.
  var symbols = 0
  /// What the stream has come to.
  var stream = StreamMark()
}
