import Feeds
import History
import Journal
import MarketModel

/// Something recorded that is played from its beginning to its end: how far it has come can be told.
protocol ReplaySource: FrameSource, ~Copyable {
  /// Bytes as they lie on the disk.
  var bytesRead: Int { get }
  var totalBytes: Int { get }
  /// What was wrong with the first line that was skipped, and where.
  var firstRefusal: String? { get }
}

extension ReplaySource where Self: ~Copyable {
  var firstRefusal: String? { nil }
}

extension ReplayFile: ReplaySource {}
extension HistorySource: ReplaySource {}

/// A day of a journal: the events as the engine had them, so that it comes to the same again.
struct JournalDaySource: ReplaySource, ~Copyable {
  let summary: String
  private var reader: JournalReader

  /// - Parameter instruments: gets the journal's symbols; on the thread that calls `next()`.
  init(_ archive: JournalArchive, _ date: MarketDate, instruments: InstrumentTable) throws(JournalError) {
    summary = "journal \(date)"
    reader = try archive.read(date, into: instruments)
  }

  var bytesRead: Int { Int(reader.bytesRead) }
  var totalBytes: Int { Int(reader.totalBytes) }

  mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    do throws(JournalError) {
      guard let block = try reader.next() else { return .end }
      return .recorded(block.events)
    } catch {
      throw FrameSourceError(error.description)
    }
  }
}
