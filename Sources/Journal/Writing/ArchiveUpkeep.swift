import Logging

/// What is done with closed segments when there is time: pack them, and remove the days that are not to be kept.
struct ArchiveUpkeep {
  private let folder: JournalFolder
  private let id: JournalID
  private let disk: DiskCalls
  private let retention: Retention
  private let status: JournalStatus
  private let log: Log
  /// Segments to pack, in order.
  private var due: [SegmentName]
  private var packing: SegmentPacking?
  /// After a refusal of the disk.
  private var packsAt: Int64 = 0
  private var countsAt: Int64 = 0

  private static let refusalNanoseconds: Int64 = 10_000_000_000
  private static let countNanoseconds: Int64 = 60_000_000_000

  init(
    _ folder: JournalFolder, id: JournalID, disk: DiskCalls, retention: Retention, status: JournalStatus, log: Log,
    due: [SegmentName]
  ) {
    self.folder = folder
    self.id = id
    self.disk = disk
    self.retention = retention
    self.status = status
    self.log = log
    self.due = due
  }

  mutating func add(_ segments: [SegmentName]) {
    due += segments
    if !segments.isEmpty { countsAt = 0 }
  }

  enum Step: Equatable {
    /// There is more to do.
    case worked
    case packed(SegmentName)
    case rested
  }

  /// Some work, of a millisecond or so.
  mutating func step(monotonicNanoseconds now: Int64) -> Step {
    if let name = due.first, now >= packsAt {
      do throws(JournalError) {
        return try pack(name)
      } catch {
        refuse(name, error, now)
        return .worked
      }
    }
    guard now >= countsAt else { return .rested }
    countsAt = now + Self.countNanoseconds
    do throws(JournalError) {
      status.noteStored(bytes: try retention.apply(log))
      status.noteError(nil, of: .removing)
    } catch {
      status.noteError("\(error); remove old days by hand, or mend the disk", of: .removing)
    }
    return .worked
  }

  /// Ends unfinished work; the next opening begins it anew.
  mutating func abandon() {
    packing?.abandon()
    packing = nil
  }

  private mutating func pack(_ name: SegmentName) throws(JournalError) -> Step {
    guard let packing else {
      packing = try SegmentPacking(folder, name, id: id, disk: disk)
      // Removed with its day.
      if packing == nil { due.removeFirst() }
      return .worked
    }
    guard try packing.step() else { return .worked }
    self.packing = nil
    due.removeFirst()
    countsAt = 0
    status.noteError(nil, of: .packing)
    return .packed(name)
  }

  private mutating func refuse(_ name: SegmentName, _ error: JournalError, _ now: Int64) {
    abandon()
    if case .damaged = error {
      due.removeFirst()
      status.noteError("\(error)", of: .checking)
    } else {
      packsAt = now + Self.refusalNanoseconds
      status.noteError("\(error); segment \(name) stays unpacked: free the disk, or mend it", of: .packing)
    }
  }
}
