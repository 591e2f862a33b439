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
    guard let name = source.journalSource, settings.journal.isEnabled else { return nil }
    let directory = DataDirectory(path: settings.dataDirectory)
    try directory.create()
    let options = settings.journal.options(directory: directory.journal, source: name)
    let journal = try Journal(options, log: log)
    let archive = journal.archive
    guard archive.source == name else {
      throw ServeError(
        "journal \(directory.journal) holds the events of \(archive.source), this start follows \(name): they would be played "
          + "as one market; name another --data-dir, or start with --no-journal")
    }
    let snapshots = SnapshotFiles(directory: archive.directory, fingerprint: ProgramFingerprint.text(rules))
    var choice: RecoveryPlan.StoreChoice?
    var highestGap: UInt32 = 0
    if let store {
      let progress = try store.ingestProgress(of: source.ingestSource(configuration: rules, journal: archive.id))
      choice = progress.map { .progress($0) } ?? .empty
      if let progress { highestGap = try store.highestGap(ofRun: progress.runID) }
    }
    let plan = RecoveryPlan(
      RecoveryPlan.Choices(
        days: try archive.days().map(\.date), store: choice, snapshots: { snapshots.snapshots(of: $0) }))
    return LiveRecord(
      journal: journal, options: options, plan: plan, snapshots: snapshots, highestGap: highestGap)
  }

  /// Makes the engine as it was where this start begins. Once, before anybody else interns.
  func makeEngine(_ rules: FlowConfiguration, _ instruments: InstrumentTable) -> FlowEngine {
    guard let snapshot = plan.snapshot else {
      return FlowEngine(
        configuration: rules, instruments: instruments, printsBefore: plan.start.prints,
        cancellationsBefore: plan.start.cancellations)
    }
    preconditionFailure("\(snapshot.events)")
  }
}
