import Clocks
import Logging
import Rings
import Synchronization

/// The journal thread: brings what was appended to the disk itself, in groups; writes what the disk had refused; in between
/// packs closed segments and removes old days.
final class JournalLoop: Sendable {
  private let commitNanoseconds: Int64
  private let commitBytes: Int64
  private let status: JournalStatus
  private let writer: SegmentWriter
  private let log: Log
  private let bell = Doorbell()
  private let isStopping = Atomic<Bool>(false)
  /// Bytes that had been written when the last commit began.
  private let committedBytes = Atomic<Int64>(0)
  /// The thread's own; whoever ends it has waited for it before.
  private let work: Mutex<Work>
  /// Segments that get no more events, for the feed thread.
  private let refused = Mutex<Set<SegmentName>>([])
  private let hasRefused = Atomic<Bool>(false)

  private struct Work {
    var commits: DiskCommits
    var upkeep: ArchiveUpkeep
    /// When what is written must be brought to the disk; nil when all of it is there.
    var commitsAt: Int64?
    var retriesAt: Int64 = 0
    var loggedError: String?
    var isFinished = false
  }

  private static let retryNanoseconds: Int64 = 100_000_000
  private static let idleNanoseconds: Int64 = 1_000_000_000

  init(
    _ options: JournalOptions, folder: JournalFolder, id: JournalID, disk: DiskCalls, status: JournalStatus,
    writer: SegmentWriter, log: Log, unpacked: [SegmentName]
  ) {
    commitNanoseconds = Int64(options.commitMilliseconds) * 1_000_000
    commitBytes = Int64(options.commitBytes)
    self.status = status
    self.writer = writer
    self.log = log
    let retention = Retention(folder: folder, keepDays: options.keepDays, keepBytes: options.keepBytes)
    work = Mutex(
      Work(
        commits: DiskCommits(disk: disk, status: status, writer: writer),
        upkeep: ArchiveUpkeep(
          folder, id: id, disk: disk, retention: retention, status: status, log: log, due: unpacked)))
  }

  // MARK: Other threads

  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    bell.ring()
  }

  /// Wakes the thread for the first bytes after a commit, and when there are enough for the next; in between it sleeps.
  func noteAppended(behind before: Int64) {
    let committed = committedBytes.load(ordering: .sequentiallyConsistent)
    if before <= committed || status.writtenBytes - committed >= commitBytes { bell.ring() }
  }

  func isRefused(_ name: SegmentName) -> Bool {
    hasRefused.load(ordering: .relaxed) && refused.withLock { $0.contains(name) }
  }

  /// The last commit, when the thread is done or was never started.
  func finish() {
    work.withLock { work in
      guard !work.isFinished else { return }
      work.isFinished = true
      _ = writer.retry()
      let lost = writer.finish()
      if lost > 0 {
        status.noteMissing(lost)
        log.error("journal", "\(lost) events could not be written to the end; the journal ends before them")
      }
      commit(&work)
      work.upkeep.abandon()
    }
  }

  // MARK: The thread

  func run() {
    while !isStopping.load(ordering: .sequentiallyConsistent) {
      guard let rest = work.withLock({ turn(&$0) }) else { continue }
      bell.wait(milliseconds: Int32(clamping: (rest.nanoseconds + 999_999) / 1_000_000)) { [self] in
        isStopping.load(ordering: .relaxed) || uncommittedBytes >= rest.bytes
      }
    }
  }

  /// How long there is nothing to do, unless so many bytes come.
  private struct Rest {
    var nanoseconds: Int64
    var bytes: Int64
  }

  /// Does what is due; nil when there is more.
  private func turn(_ work: inout Work) -> Rest? {
    let now = SystemClock.monotonicNanoseconds
    if status.heldBytes > 0, now >= work.retriesAt {
      work.retriesAt = now + Self.retryNanoseconds
      _ = writer.retry()
    }
    report(&work)
    let uncommitted = uncommittedBytes
    if uncommitted > 0 {
      let due = work.commitsAt ?? now + commitNanoseconds
      work.commitsAt = due
      if now >= due || uncommitted >= commitBytes {
        commit(&work)
        work.commitsAt = nil
        return nil
      }
    }
    switch work.upkeep.step(monotonicNanoseconds: now) {
    case .packed(let name):
      work.commits.notePacked(name)
      noteRefused(work)
      return nil
    case .worked: return nil
    case .rested: break
    }
    var next = now + Self.idleNanoseconds
    if let due = work.commitsAt { next = min(next, due) }
    if status.heldBytes > 0 { next = min(next, work.retriesAt) }
    return Rest(nanoseconds: max(0, next - now), bytes: work.commitsAt == nil ? 1 : commitBytes)
  }

  private var uncommittedBytes: Int64 { status.writtenBytes - committedBytes.load(ordering: .relaxed) }

  private func commit(_ work: inout Work) {
    committedBytes.store(status.writtenBytes, ordering: .sequentiallyConsistent)
    work.upkeep.add(work.commits.commit())
    noteRefused(work)
  }

  private func noteRefused(_ work: Work) {
    let names = work.commits.refusedSegments
    guard hasRefused.load(ordering: .relaxed) || !names.isEmpty else { return }
    refused.withLock { $0 = names }
    hasRefused.store(!names.isEmpty, ordering: .relaxed)
  }

  /// Says in the log what changed.
  private func report(_ work: inout Work) {
    let text = status.errorText
    guard text != work.loggedError else { return }
    work.loggedError = text
    if let text {
      log.error("journal", text)
    } else {
      log.info("journal", "the disk takes everything again", ["missing_events": "\(status.missingEvents)"])
    }
  }
}
