import MarketModel

/// A journal's folder, looked at by anybody, also while another process writes it.
public struct JournalArchive: Sendable {
  let folder: JournalFolder
  private let identity: JournalIdentity

  /// - Throws: `.foreign` when the folder is no journal, `.file`.
  public init(directory: String) throws(JournalError) {
    folder = JournalFolder(path: directory)
    identity = try JournalIdentity(folder)
  }

  init(folder: JournalFolder, identity: JournalIdentity) {
    self.folder = folder
    self.identity = identity
  }

  public var directory: String { folder.path }
  /// Given when the journal was made, 32 hexadecimal digits: names the journal in the store's ledger.
  public var id: String { identity.id.description }
  /// Where the events come from, for people.
  public var source: String { identity.source }

  /// Days that have events, ascending.
  public func days() throws(JournalError) -> [JournalDay] {
    var days: [JournalDay] = []
    for date in try folder.days() {
      let segments = try folder.segments(date)
      // A single file may be in the making: as long as its header is not whole, nothing of the day is there.
      guard let first = segments.first, segments.count > 1 || isBegun(first) else { continue }
      days.append(JournalDay(date: date, segments: segments.count, bytes: segments.reduce(0) { $0 + $1.bytes }))
    }
    return days
  }

  private func isBegun(_ segment: JournalFolder.Segment) -> Bool {
    segment.isPacked || segment.bytes >= Int64(SegmentHeader.fixedBytes)
  }

  /// Plays a day. While the reader lives the day is not removed, however old it is.
  /// - Parameters:
  ///   - events: so many events of the day are skipped; their symbols are interned all the same.
  ///   - instruments: gets the journal's symbols, in their order; events carry its ids.
  /// - Throws: `.noDay`, `.damaged`, `.newerFormat`, `.instruments`, `.file`.
  public func read(
    _ day: MarketDate, from events: Int64 = 0, into instruments: InstrumentTable
  ) throws(JournalError) -> JournalReader {
    try JournalReader(folder, id: identity.id, day: day, from: events, instruments: instruments)
  }
}

/// A day of a journal.
public struct JournalDay: Hashable, Sendable {
  public var date: MarketDate
  /// Files, the one being written included.
  public var segments: Int
  /// Bytes of the files as they lie there.
  public var bytes: Int64
}

/// Events that were appended together.
public struct JournalBlock {
  /// Valid until the reader's next call.
  public let events: UnsafeBufferPointer<MarketEvent>
  /// Wall clock when they were received.
  public let receivedNanoseconds: Int64
  /// Number of the first within its day, from 0.
  public let firstEvent: Int64
  /// Events between this block and the one before that the disk did not take; `firstEvent` counts them.
  public let missingBefore: Int64
}
