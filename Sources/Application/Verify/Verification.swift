import FlowEngine
import Journal
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Holds the days of a journal against what was stored of them.
struct Verification {
  private let archive: JournalArchive
  /// Folder of the lake's files.
  private let lake: String
  private let reader: StoreReader?
  private let stored: IngestProgress?
  /// Why the store is not looked at; nil when it is.
  private let storeNote: String?

  /// Seconds the store may take to add up a day.
  private static let storeSeconds = 600.0

  /// Opens journal and store.
  /// - Throws: `ServeError` when there is no journal; `StorageError` when the store is there and cannot be read.
  init(_ directory: DataDirectory) throws {
    guard let archive = try JournalArchive.ifPresent(in: directory) else {
      throw ServeError("\(directory.journal) is not there: nothing was recorded; name another --data-dir")
    }
    self.archive = archive
    lake = directory.lake
    guard access(directory.database, F_OK) == 0 else {
      (reader, stored, storeNote) = (nil, nil, "there is no store \(directory.database) to compare with")
      return
    }
    let store = try Store(StoreOptions(path: directory.database))
    reader = try store.makeReader(timeLimitSeconds: Verification.storeSeconds)
    stored = try store.ingestProgress(of: archive.ingestSource())
    storeNote = stored == nil ? "the store \(directory.database) has nothing of this journal" : nil
  }

  /// The journal's days.
  func days() throws(JournalError) -> [MarketDate] { try archive.days().map(\.date) }

  /// - Parameter progress: told bytes read and bytes in total, now and then.
  func verify(_ date: MarketDate, progress: (Int, Int) -> Void) throws -> DayVerdict {
    var digests: [DigestRecord] = []
    if let reader, let stored { digests = try reader.digests(ofRun: stored.runID, session: date) }
    let play = try JournalDayPlay(archive, date, digestsAt: digests.map(\.events), progress: progress)
    var verdict = DayVerdict(date, play)
    if play.missingEvents > 0 {
      verdict.faults.append(
        "\(play.missingEvents) events are missing in the journal: its disk did not take them; the store may have them")
    }
    guard let reader, let stored else {
      if let storeNote { verdict.notes.append(storeNote) }
      return verdict
    }
    verdict.compare(digests: digests, with: play)
    let runID = stored.runID
    guard let sums = try reader.sums(ofRun: runID, session: date) else {
      verdict.faults.append("the store has nothing of the day")
      return verdict
    }
    verdict.compare("store", sums, with: play.sums)
    // What came behind the last committed print of a run that was interrupted is in the store in part.
    if stored.isClosed || stored.days.last?.session != date {
      verdict.compare(
        detections: try reader.detectionCounts(ofRun: runID, session: date), with: play.detections.byKind)
    }
    if let sums = try reader.lakeSums(ofRun: runID, session: date, lake: lake) {
      // The store's prints have been held against the journal; which of them are void, the lake learns later.
      verdict.compare("lake", sums.lake, with: sums.store, cancellations: false)
      if sums.waiting > 0 {
        verdict.notes.append("\(sums.waiting) prints are not in the lake yet; marketflow serve takes them there")
      }
    } else {
      verdict.notes.append("the lake \(lake) has nothing of the day")
    }
    return verdict
  }
}
