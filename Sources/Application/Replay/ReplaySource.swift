import Feeds
import History

/// Something recorded that is played from its beginning to its end: how far it has come can be told.
protocol ReplaySource: FrameSource, ~Copyable {
  /// Bytes as they lie on the disk.
  var bytesRead: Int { get }
  var totalBytes: Int { get }
  /// What was wrong with the first line that was skipped, and where.
  var firstRefusal: String? { get }
  /// Events that are known to be missing in the recording, so far.
  var missingEvents: Int64 { get }
}

extension ReplaySource where Self: ~Copyable {
  var firstRefusal: String? { nil }
  var missingEvents: Int64 { 0 }
}

extension ReplayFile: ReplaySource {}
extension HistorySource: ReplaySource {}
