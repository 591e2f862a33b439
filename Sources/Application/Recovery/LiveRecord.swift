import FlowEngine
import Journal
import Logging
import MarketModel
import Storage

/// The journal of a live feed, opened for writing, and where this start begins in it.
struct LiveRecord: Sendable {
  let journal: Journal
  let options: JournalOptions
  let plan: RecoveryPlan
  let snapshots: SnapshotFiles
  let progress = RecoveryProgress()
  /// Highest number that a gap of the source has in the store.
  let highestGap: UInt32

  /// Opens the journal of a source, makes it when there is none, and decides where to begin. Nothing runs yet.
  /// - Returns: nil for a source that is not recorded.
  /// - Throws: `JournalError`, `StorageError`, `ServeError` when the journal is another source's.
  static func open(
    _ source: ServeSource, _ settings: Settings, store: Store?, rules: FlowConfiguration, log: Log
  ) throws -> LiveRecord? {
    guard let name = source.journalSource else { return nil }
    let directory = DataDirectory(path: settings.dataDirectory)
    guard settings.journal.isEnabled else {
      guard store == nil || sourceOfJournal(at: directory.journal) == nil else {
        throw ServeError(
          "journal \(directory.journal) is there, and prints stored beside it would be fetched and stored a second time when it "
            + "goes on; start with --no-store as well, or name another --data-dir")
      }
      return nil
    }
    try directory.create()
    let options = settings.journal.options(directory: directory.journal, source: name)
    if let other = sourceOfJournal(at: options.directory), other != name {
      throw ServeError(
        "journal \(options.directory) holds the events of \(other), this start follows \(name): they would be played as one "
          + "market; name another --data-dir")
    }
    let journal = try Journal(options, log: log)
    let archive = journal.archive
    let snapshots = SnapshotFiles(directory: archive.directory, fingerprint: ProgramFingerprint.text(rules))
    var choice: RecoveryPlan.StoreChoice?
    var highestGap: UInt32 = 0
    if let store {
      let progress = try store.ingestProgress(of: archive.ingestSource())
      choice = progress.map { .progress($0) } ?? .empty
      if let progress { highestGap = try store.highestGap(ofRun: progress.runID) }
    }
    let plan = RecoveryPlan(
      RecoveryPlan.Choices(
        days: try archive.days().map(\.date), store: choice, snapshots: { snapshots.snapshots(of: $0) },
        isWhole: { isWhole($0, snapshots.fingerprint, rules, log) }))
    return LiveRecord(
      journal: journal, options: options, plan: plan, snapshots: snapshots, highestGap: highestGap)
  }

  private static func isWhole(
    _ snapshot: EngineSnapshot, _ program: String, _ rules: FlowConfiguration, _ log: Log
  ) -> Bool {
    do throws(SnapshotError) {
      _ = try snapshot.restored(program: program, rules, InstrumentTable())
      return true
    } catch {
      log.warning("journal", "a snapshot of \(snapshot.day) is left aside, the events are played instead: \(error)")
      return false
    }
  }

  /// Nil when there is none yet; what else is wrong with it is said when it is opened.
  private static func sourceOfJournal(at directory: String) -> String? {
    do throws(JournalError) {
      return try JournalArchive(directory: directory).source
    } catch {
      return nil
    }
  }

  /// Makes the engine as it was where this start begins. Before anybody else interns.
  func makeEngine(
    _ rules: FlowConfiguration, _ instruments: InstrumentTable
  ) throws(SnapshotError) -> sending FlowEngine {
    guard let snapshot = plan.snapshot else {
      return FlowEngine(
        configuration: rules, instruments: instruments, printsBefore: plan.start.prints,
        cancellationsBefore: plan.start.cancellations)
    }
    return try snapshot.restored(program: snapshots.fingerprint, rules, instruments)
  }
}
