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
  /// Nil when the store is not looked at.
  private let stored: StoredRun?
  /// Why the store is not looked at; nil when it is.
  private let storeNote: String?

  /// What the store has of the journal.
  private struct StoredRun {
    let reader: StoreReader
    let progress: IngestProgress

    var id: Int32 { progress.runID }
    func isNewest(_ date: MarketDate) -> Bool { progress.days.last?.session == date }

    /// Prints of a day that the store has committed; nil when another day has followed, and so all of them.
    func committedPrints(_ date: MarketDate) -> Int64? {
      guard let day = progress.days.last, day.session == date else { return nil }
      return max(0, progress.committed.prints - day.before.prints)
    }
  }

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
      (stored, storeNote) = (nil, "there is no store \(directory.database) to compare with")
      return
    }
    let store = try Store(StoreOptions(path: directory.database))
    let reader = try store.makeReader(timeLimitSeconds: Verification.storeSeconds)
    stored = try store.ingestProgress(of: archive.ingestSource()).map { StoredRun(reader: reader, progress: $0) }
    storeNote = stored == nil ? "the store \(directory.database) has nothing of this journal" : nil
  }

  /// The journal's days, and those that only the store knows.
  func days() throws(JournalError) -> [MarketDate] {
    let recorded = try archive.days().map(\.date)
    return Set(recorded + (stored?.progress.days.map(\.session) ?? [])).sorted()
  }

  /// A day that is damaged, or that the journal keeps no longer, is a verdict, too.
  /// - Parameter progress: told bytes read and bytes in total, now and then.
  func verify(_ date: MarketDate, progress: (Int, Int) -> Void) throws -> DayVerdict {
    var wish = JournalDayPlay.Wish()
    var digests: [DigestRecord] = []
    if let stored {
      digests = try stored.reader.digests(ofRun: stored.id, session: date)
      wish.digestPlaces = digests.map(\.events)
      wish.prints = stored.committedPrints(date)
      wish.isOver = stored.progress.days.contains { $0.session > date }
    }
    let play: JournalDayPlay
    do {
      guard try archive.days().contains(where: { $0.date == date }) else {
        throw JournalError.noDay(directory: archive.directory, day: date)
      }
      play = try JournalDayPlay(archive, date, wish, progress: progress)
    } catch JournalError.noDay {
      return DayVerdict(unrecorded: date)
    } catch let error as JournalError where error.exitCode == .damagedData {
      return DayVerdict(date, unplayable: "\(error)")
    }
    var verdict = DayVerdict(date, play)
    if play.missingEvents > 0 {
      verdict.faults.append(
        "\(play.missingEvents) events are missing in the journal: its disk did not take them; the store may have them")
    }
    if let storeNote { verdict.notes.append(storeNote) }
    if let stored { try compare(&verdict, play, digests, stored) }
    return verdict
  }

  private func compare(
    _ verdict: inout DayVerdict, _ play: JournalDayPlay, _ digests: [DigestRecord], _ stored: StoredRun
  ) throws {
    let date = verdict.date
    verdict.compare(digests: digests, with: play)
    guard let found = try stored.reader.sums(ofRun: stored.id, session: date) else {
      if stored.progress.days.last.map({ $0.session < date }) ?? true {
        verdict.notes.append("store holds nothing of the day yet; it comes with the next start of marketflow serve")
      } else {
        verdict.faults.append("the store has nothing of the day")
      }
      return
    }
    // A run that came to its end has written down the digest there.
    let isWhole = !stored.isNewest(date) || (stored.progress.isClosed && digests.last?.events == play.events)
    var wanted = play.sums
    if !isWhole { wanted.cancelled = min(max(found.cancelled, play.fewestCancelled), wanted.cancelled) }
    verdict.compare("store", found, with: wanted)
    if isWhole {
      try compareRest(&verdict, play.rest, stored)
      verdict.compare(
        detections: try stored.reader.detectionCounts(ofRun: stored.id, session: date), with: play.detections.byKind)
    } else {
      verdict.notes.append(
        "store holds the first \(wanted.all.prints) prints, \(play.prints - wanted.all.prints) more are in the journal; the rest "
          + "comes with the next start of marketflow serve, minutes, open interest and incidents are compared after it")
    }
    for hole in stored.progress.holes where !hole.isEmpty {
      verdict.notes.append(
        "prints \(hole.lowerBound) to \(hole.upperBound - 1) of the journal were lost on the way to the store; the next start of "
          + "marketflow serve brings those that the journal still has")
    }
    try compareLake(&verdict, stored)
  }

  private func compareRest(_ verdict: inout DayVerdict, _ rest: PlayedRest, _ stored: StoredRun) throws {
    let noon = Timestamp(newYork: verdict.date, hour: 12)
    let previous = Timestamp(newYork: TradingCalendar.previousSession(before: verdict.date), hour: 12)
    let day = TradingCalendar.sessionBoundary(after: previous)..<TradingCalendar.sessionBoundary(after: noon)
    verdict.compare(bars: try stored.reader.barSums(ofRun: stored.id, in: day), with: rest.barSums)
    let days = rest.openInterest.keys.map(\.day)
    var reports: [StoredOpenInterest] = []
    if let first = days.min(), let last = days.max() {
      reports = try stored.reader.openInterest(reportedOn: first...last)
    }
    verdict.compare(openInterest: reports, with: rest.openInterest)
    let times = rest.incidents.map(\.time)
    var incidents: [FeedIncident] = []
    if let first = times.min(), let last = times.max() {
      incidents = try stored.reader.incidents(ofRun: stored.id, in: first...last)
    }
    verdict.compare(incidents: incidents, with: rest.incidents)
  }

  private func compareLake(_ verdict: inout DayVerdict, _ stored: StoredRun) throws {
    guard let sums = try stored.reader.lakeSums(ofRun: stored.id, session: verdict.date, lake: lake) else {
      verdict.notes.append("the lake \(lake) has nothing of the day")
      return
    }
    // The store's prints have been held against the journal; which of them are void, the lake learns later.
    verdict.compare("lake", sums.lake, with: sums.store, cancellations: false)
    if sums.waiting > 0 {
      verdict.notes.append("\(sums.waiting) prints are not in the lake yet; marketflow serve takes them there")
    }
  }
}
