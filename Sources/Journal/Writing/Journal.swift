import Files
import Logging
import MarketModel
import Rings
import Synchronization

/// A journal that this process writes: opened, its unfinished end cut off, locked against other writers.
///
///     let journal = try Journal(options, log: log)
///     journal.start()
///     var appender = try journal.makeAppender(instruments: instruments)   // the feed thread's
///     appender.append(events, receivedNanoseconds: now)
///     journal.close()                                                     // when the feed thread is done
public final class Journal: Sendable {
  public let options: JournalOptions
  public let status = JournalStatus()
  public let archive: JournalArchive

  let id: JournalID
  let writer: SegmentWriter
  private let lock: Mutex<FileLock?>
  private let beginning: Mutex<Beginning?>
  private let loop: JournalLoop
  private let thread = Mutex<WorkerThread?>(nil)

  /// What the opening found, until the appender takes it.
  private struct Beginning: Sendable {
    var point: AppendPoint
    var symbols: [SymbolText]
  }

  /// Opens the journal's folder, makes it if there is none.
  /// - Throws: `.locked`, `.damaged`, `.newerFormat`, `.foreign`, `.file`.
  public convenience init(_ options: JournalOptions, log: Log) throws(JournalError) {
    try self.init(options, log: log, disk: DiskCalls())
  }

  init(_ options: JournalOptions, log: Log, disk: DiskCalls) throws(JournalError) {
    self.options = options
    let folder = JournalFolder(path: options.directory)
    try JournalFolder.make(folder.path)
    lock = Mutex(try folder.lock())
    let identity = try Journal.identity(folder, source: options.source, disk)
    id = identity.id
    archive = JournalArchive(folder: folder, identity: identity)
    let opening = try JournalOpening(folder, id: identity.id, log: log)
    writer = SegmentWriter(folder: folder, disk: disk, status: status)
    if opening.point.goesOn, let name = opening.point.name, let file = opening.file {
      writer.resume(file, name, at: opening.point.segmentBytes)
    }
    beginning = Mutex(Beginning(point: opening.point, symbols: opening.symbols))
    loop = JournalLoop(
      options, folder: folder, id: identity.id, disk: disk, status: status, writer: writer, log: log,
      unpacked: opening.unpacked)
  }

  deinit { close() }

  /// Starts the thread that writes to the disk itself, writes what it refused before, packs closed segments and removes old
  /// days. Once.
  public func start() {
    thread.withLock { thread in
      precondition(thread == nil, "Journal: started twice")
      thread = WorkerThread("journal", .patient) { [loop] in loop.run() }
    }
  }

  /// Writes everything appended to the disk, ends the thread and lets go of the lock. The feed thread has appended its last
  /// event before; what comes later is counted as missing.
  public func close() {
    loop.stop()
    thread.withLock { $0?.join() }
    loop.finish()
    lock.withLock { $0 = nil }
  }

  /// The feed thread's end; once. It goes on behind the last block there is.
  /// - Parameter instruments: gets the journal's symbols in their order. When the ids come out unequal, because the table held
  ///   others before, the journal goes on in a new segment.
  /// - Throws: `.instruments` when the table does not take the symbols.
  public func makeAppender(instruments: InstrumentTable) throws(JournalError) -> JournalAppender {
    guard var start = beginning.withLock({ start in start.take() }) else {
      preconditionFailure("Journal: one appender, made once")
    }
    for (number, symbol) in start.symbols.enumerated() {
      guard let id = instruments.intern(symbol) else {
        throw .instruments(
          path: options.directory,
          words: "symbol `\(symbol)` finds no room in the table of instruments; raise its capacity")
      }
      if id.index != number { start.point.goesOn = false }
    }
    return JournalAppender(self, start.point, instruments: instruments)
  }

  // MARK: Between appender and thread

  /// Whether so many bytes more may wait in memory, if they have to.
  func hasRoom(bytes: Int) -> Bool {
    let held = status.heldBytes
    return held == 0 || held + Int64(bytes) <= Int64(options.heldBytes)
  }

  /// - Parameter before: bytes that had been written before.
  func noteAppended(behind before: Int64) { loop.noteAppended(behind: before) }

  /// A segment that the disk did not take gets no more events.
  func isRefused(_ name: SegmentName) -> Bool { loop.isRefused(name) }

  private static func identity(
    _ folder: JournalFolder, source: String, _ disk: DiskCalls
  ) throws(JournalError) -> JournalIdentity {
    if try OpenFile(reading: folder.identityPath) != nil {
      let found = try JournalIdentity(folder)
      let wanted = JournalIdentity(id: found.id, source: source)
      if found != wanted { try wanted.write(to: folder, disk) }
      return wanted
    }
    guard try folder.lastSegment() == nil else {
      throw .foreign(path: folder.path, words: "it has segments but no journal.id; put that file back")
    }
    let identity = JournalIdentity(id: .random(), source: source)
    try identity.write(to: folder, disk)
    return identity
  }
}
