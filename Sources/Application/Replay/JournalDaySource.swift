import Feeds
import Journal
import Logging
import MarketModel

/// A day of a journal: the events as the engine had them, so that it comes to the same again. Where the journal misses events
/// the engine is told so, and who reads the log: quotes from before the hole are not to be trusted behind it.
struct JournalDaySource: ReplaySource, ~Copyable {
  let summary: String
  private let log: Log
  private var reader: JournalReader
  private var holes = JournalHoles()
  private var hole = EventBatch(capacity: 2)
  /// What comes behind the hole that was told last; the reader's memory.
  private var behindHole: UnsafeBufferPointer<MarketEvent>?
  /// Missing events that were told.
  private var toldMissing: Int64 = 0

  /// - Parameter instruments: gets the journal's symbols; on the thread that calls `next()`.
  init(
    _ archive: JournalArchive, _ date: MarketDate, instruments: InstrumentTable, log: Log
  ) throws(JournalError) {
    summary = "journal \(date)"
    self.log = log
    reader = try archive.read(date, into: instruments)
  }

  var bytesRead: Int { Int(reader.bytesRead) }
  var totalBytes: Int { Int(reader.totalBytes) }
  var missingEvents: Int64 { reader.missingEvents }

  mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    if let events = behindHole {
      behindHole = nil
      return pass(events)
    }
    do throws(JournalError) {
      guard let block = try reader.next() else {
        if missingEvents > toldMissing { tell(missingEvents - toldMissing, until: nil) }
        return .end
      }
      guard block.missingBefore > 0 else { return pass(block.events) }
      behindHole = block.events
      return .recorded(openHole(block))
    } catch {
      throw FrameSourceError(error.description)
    }
  }

  private mutating func pass(_ events: UnsafeBufferPointer<MarketEvent>) -> FrameSourceItem {
    holes.pass(events)
    return .recorded(events)
  }

  private mutating func openHole(_ block: JournalBlock) -> UnsafeBufferPointer<MarketEvent> {
    let end = holes.end(before: block.events)
    tell(block.missingBefore, until: end)
    hole.removeAll()
    for incident in holes.incidents(until: end) { hole.append(incident) }
    return hole.events
  }

  /// - Parameter end: time of the first event behind the hole; nil when none follows.
  private mutating func tell(_ events: Int64, until end: Timestamp?) {
    toldMissing += events
    log.warning(
      "journal", "events are missing: the disk did not take them when they came",
      [
        "recording": summary, "events": "\(events)",
        "from": holes.reached == .none ? "the beginning" : holes.reached.rfc3339,
        "to": end.map(\.rfc3339) ?? "the end",
      ])
  }
}
