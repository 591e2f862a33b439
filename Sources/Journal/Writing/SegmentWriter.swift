import Files
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Puts bytes into the journal's files, in order, whatever the disk says: what it refuses waits in memory and is written first
/// when the disk is back. The feed thread appends; the journal thread takes over what waits and what was closed.
final class SegmentWriter: Sendable {
  private let folder: JournalFolder
  private let disk: DiskCalls
  private let status: JournalStatus
  private let state: Mutex<State>

  /// A file that nothing is added to any more.
  struct Closed: Sendable {
    let file: OpenFile
    let name: SegmentName
    /// Events this process had appended when it was closed.
    let appendedEvents: Int64
  }

  private enum Piece {
    case file(SegmentName)
    case bytes([UInt8], events: Int64)
  }

  private struct State {
    var file: OpenFile?
    var name: SegmentName?
    /// Where the next whole piece goes.
    var offset: Int64 = 0
    /// Bytes of the next piece that are in the file already.
    var begun = 0
    var waiting: [Piece] = []
    /// Pieces of `waiting` that are done.
    var done = 0
    var waitingBytes: Int64 = 0
    var closed: [Closed] = []
    /// Made since the last look: their folders are to be written to the disk, too.
    var newFolders: [String] = []
    var isFinished = false
  }

  init(folder: JournalFolder, disk: DiskCalls, status: JournalStatus) {
    self.folder = folder
    self.disk = disk
    self.status = status
    state = Mutex(State())
  }

  // MARK: The feed thread's end

  /// Goes on in a file, behind its last whole block.
  func resume(_ file: OpenFile, _ name: SegmentName, at offset: Int64) {
    state.withLock { state in
      state.file = file
      state.name = name
      state.offset = offset
    }
  }

  /// Begins a file with a header; the one before is closed.
  func begin(_ name: SegmentName, header: [UInt8]) {
    state.withLock { state in
      if state.isFinished { return }
      guard state.waiting.isEmpty, open(name, &state) else {
        hold(.file(name), &state)
        hold(.bytes(header, events: 0), &state)
        return
      }
      header.withUnsafeBytes { write($0, events: 0, &state) }
    }
  }

  /// Writes a block behind the last: one system call when the disk takes it.
  func append(_ block: UnsafeRawBufferPointer, events: Int64) {
    state.withLock { state in
      if state.isFinished {
        status.noteMissing(events)
      } else if state.waiting.isEmpty {
        write(block, events: events, &state)
      } else {
        hold(.bytes(Array(block), events: events), &state)
      }
    }
  }

  // MARK: The journal thread's end

  /// What is to be written to the disk itself.
  struct Unsynced {
    var closed: [Closed]
    var file: OpenFile?
    var name: SegmentName?
    var newFolders: [String]
  }

  func takeUnsynced() -> Unsynced {
    state.withLock { state in
      defer {
        state.closed = []
        state.newFolders = []
      }
      return Unsynced(closed: state.closed, file: state.file, name: state.name, newFolders: state.newFolders)
    }
  }

  /// Writes some of what waits; the feed thread waits no longer than for one piece.
  /// - Returns: whether something waits still.
  func retry() -> Bool {
    var goesOn = true
    while goesOn {
      goesOn = state.withLock { state in
        guard state.done < state.waiting.count else { return false }
        guard writeWaiting(&state) else { return false }
        return state.done < state.waiting.count
      }
    }
    return state.withLock { !$0.waiting.isEmpty }
  }

  /// For the end: takes a half-written block away again. If that fails, the next opening does it. Nothing is written any more.
  /// - Returns: events that were never written.
  func finish() -> Int64 {
    state.withLock { state in
      state.isFinished = true
      if state.begun > 0, let file = state.file, ftruncate(file.descriptor, off_t(state.offset)) == 0 {
        state.begun = 0
      }
      return state.waiting.reduce(0) { sum, piece in
        if case .bytes(_, let events) = piece { sum + events } else { sum }
      }
    }
  }

  // MARK: Pieces

  private func write(_ bytes: UnsafeRawBufferPointer, events: Int64, _ state: inout State) {
    let piece = bytes.count
    if put(bytes, &state) {
      status.noteWritten(bytes: piece, events: events)
    } else {
      hold(.bytes(Array(bytes), events: events), &state)
    }
  }

  /// The first piece that waits; false when the disk refuses it.
  private func writeWaiting(_ state: inout State) -> Bool {
    switch state.waiting[state.done] {
    case .file(let name):
      guard open(name, &state) else { return false }
    case .bytes(let bytes, let events):
      guard bytes.withUnsafeBytes({ put($0, &state) }) else { return false }
      status.noteWritten(bytes: bytes.count, events: events)
      state.waitingBytes -= Int64(bytes.count)
      // Its memory is free from here on.
      state.waiting[state.done] = .bytes([], events: 0)
    }
    state.done += 1
    if state.done == state.waiting.count {
      state.waiting = []
      state.done = 0
      status.noteError(nil, of: .writing)
    } else if state.done >= 1_024, 2 * state.done >= state.waiting.count {
      state.waiting.removeFirst(state.done)
      state.done = 0
    }
    status.noteHeld(bytes: state.waitingBytes)
    return true
  }

  private func hold(_ piece: Piece, _ state: inout State) {
    if case .bytes(let bytes, _) = piece { state.waitingBytes += Int64(bytes.count) }
    state.waiting.append(piece)
    status.noteHeld(bytes: state.waitingBytes)
  }

  /// Writes the next piece, or the rest of it when the disk took some before.
  private func put(_ bytes: UnsafeRawBufferPointer, _ state: inout State) -> Bool {
    guard let file = state.file else { return false }
    while state.begun < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[state.begun...])
      let count = disk.write(file.descriptor, rest, state.offset + Int64(state.begun))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        refuse(file.path, "written", code: count < 0 ? errno : ENOSPC)
        return false
      }
      state.begun += count
    }
    state.offset += Int64(bytes.count)
    state.begun = 0
    return true
  }

  private func open(_ name: SegmentName, _ state: inout State) -> Bool {
    let path = folder.plainPath(name)
    do throws(JournalError) {
      try JournalFolder.make(folder.dayPath(name.day))
    } catch {
      status.noteError(description(of: error), of: .writing)
      return false
    }
    let descriptor = Self.openNew(path)
    guard descriptor >= 0 else {
      refuse(path, "made", code: errno)
      return false
    }
    if let file = state.file, let before = state.name {
      state.closed.append(Closed(file: file, name: before, appendedEvents: status.appendedEvents))
      status.noteClosedSegment()
    }
    state.newFolders += [folder.path, folder.dayPath(name.day)]
    state.file = OpenFile(descriptor: descriptor, path: path)
    state.name = name
    state.offset = 0
    state.begun = 0
    return true
  }

  private static func openNew(_ path: String) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    #else
      Darwin.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    #endif
  }

  private func refuse(_ path: String, _ action: String, code: Int32) {
    let error = JournalError(FileError(path: path, action: action, code: code))
    status.noteError(description(of: error), of: .writing)
  }

  private func description(of error: JournalError) -> String {
    "\(error); events wait in memory: free the disk, or mend it"
  }
}
