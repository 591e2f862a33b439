import Clocks
import Logging
import Rings
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The journal thread: brings what was appended to the disk itself, in groups, and writes what the disk had refused.
final class JournalLoop: Sendable {
  private let options: JournalOptions
  private let folder: JournalFolder
  private let disk: DiskCalls
  private let status: JournalStatus
  private let writer: SegmentWriter
  private let log: Log
  private let bell = Doorbell()
  private let isStopping = Atomic<Bool>(false)
  /// Bytes that were written when the last commit began.
  private let committedBytes = Atomic<Int64>(0)

  private static let retryMilliseconds: Int32 = 100
  private static let idleMilliseconds: Int32 = 1_000

  init(
    _ options: JournalOptions, folder: JournalFolder, disk: DiskCalls, status: JournalStatus, writer: SegmentWriter,
    log: Log
  ) {
    self.options = options
    self.folder = folder
    self.disk = disk
    self.status = status
    self.writer = writer
    self.log = log
  }

  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    bell.ring()
  }

  /// Wakes the thread for the first bytes after a commit, and when there are enough for the next.
  func noteAppended() {
    bell.ring()
  }

  func run() {
    while !isStopping.load(ordering: .sequentiallyConsistent) {
      bell.wait(milliseconds: Self.idleMilliseconds) { [self] in hasUncommitted || isStopping.load(ordering: .relaxed) }
      if status.heldBytes > 0 { _ = writer.retry() }
      if hasUncommitted { commit() }
    }
    _ = writer.retry()
    writer.finish()
    commit()
  }

  private var hasUncommitted: Bool { status.writtenBytes > committedBytes.load(ordering: .relaxed) }

  private func commit() {
    let events = status.appendedEvents
    committedBytes.store(status.writtenBytes, ordering: .sequentiallyConsistent)
    let unsynced = writer.takeUnsynced()
    for closed in unsynced.closed { _ = disk.sync(closed.file.descriptor) }
    if let file = unsynced.file { _ = disk.sync(file.descriptor) }
    status.noteDurable(events: events)
  }
}
