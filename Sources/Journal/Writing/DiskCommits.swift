#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Brings files to the disk itself (`fdatasync`), the closed ones first, so that what is durable is always a beginning of the
/// journal. After a refusal the system forgets what it had not written: the segment gets no more events and is written anew
/// when it is packed.
struct DiskCommits {
  private let disk: DiskCalls
  private let status: JournalStatus
  private let writer: SegmentWriter
  /// Closed and not durable yet, in order.
  private var closed: [SegmentWriter.Closed] = []
  private var newFolders: [String] = []
  private var refused: Set<SegmentName> = []

  init(disk: DiskCalls, status: JournalStatus, writer: SegmentWriter) {
    self.disk = disk
    self.status = status
    self.writer = writer
  }

  /// - Returns: closed segments that may be packed now, in order.
  mutating func commit() -> [SegmentName] {
    let events = status.appendedEvents
    let unsynced = writer.takeUnsynced()
    for folder in unsynced.newFolders where !newFolders.contains(folder) { newFolders.append(folder) }
    var failure: String?
    newFolders.removeAll { folder in
      do throws(JournalError) {
        try JournalFolder.sync(folder: folder, disk)
        return true
      } catch {
        failure = "\(error); mend the disk"
        return false
      }
    }
    for closed in unsynced.closed where !refused.contains(closed.name) {
      failure = sync(closed.file, closed.name) ?? failure
    }
    closed += unsynced.closed
    if let file = unsynced.file, let name = unsynced.name, !refused.contains(name) {
      failure = sync(file, name) ?? failure
    }
    noteDurable(events)
    if failure != nil || refused.isEmpty { status.noteError(failure, of: .syncing) }
    return unsynced.closed.map(\.name)
  }

  /// The segment has been written anew, and is on the disk.
  mutating func notePacked(_ name: SegmentName) {
    refused.remove(name)
    noteDurable(nil)
    if refused.isEmpty { status.noteError(nil, of: .syncing) }
  }

  /// They get no more events.
  var refusedSegments: Set<SegmentName> { refused }

  /// - Parameter events: all that were appended when the commit began; nil when there was none.
  private mutating func noteDurable(_ events: Int64?) {
    while let first = closed.first, !refused.contains(first.name) {
      status.noteDurable(events: first.appendedEvents)
      closed.removeFirst()
    }
    if let events, closed.isEmpty, refused.isEmpty, newFolders.isEmpty { status.noteDurable(events: events) }
  }

  /// - Returns: what went wrong.
  private mutating func sync(_ file: OpenFile, _ name: SegmentName) -> String? {
    while disk.sync(file.descriptor) != 0 {
      if errno == EINTR { continue }
      refused.insert(name)
      return "\(JournalError.file(file.path, "brought to the disk")); its events go into a new file: mend the disk"
    }
    return nil
  }
}
