import Logging
import MarketModel
import Testing

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the tests do with journals, and the table of instruments they do it with.
struct JournalRun: Sendable {
  let folder: TestFolder
  var options: JournalOptions
  let instruments = InstrumentTable(capacity: 1 << 12)

  init(_ folder: TestFolder) {
    self.folder = folder
    options = JournalOptions(directory: folder.path, source: "test")
  }

  init(_ folder: TestFolder, options: JournalOptions) {
    self.folder = folder
    self.options = options
  }

  /// Events of every kind, a millisecond apart, of instruments that the table has or gets.
  func events(_ range: Range<Int>, seed: UInt64 = 1, symbols: Int = 3) -> [MarketEvent] {
    for number in 0..<symbols { _ = instruments.intern("SYM\(number)") }
    return range.map { number in
      var random = SplitMix(seed: seed &+ UInt64(number) &* 1_000_003)
      return RandomEvents.event(at: Int64(number), instruments: symbols, &random)
    }
  }

  /// Opens, appends in batches, closes.
  @discardableResult
  func write(_ events: [MarketEvent], batch: Int = 100, disk: DiskCalls = .hasty) throws -> Journal {
    let journal = try Journal(options, log: .quiet, disk: disk)
    var appender = try journal.makeAppender(instruments: instruments)
    append(events, batch: batch, to: &appender)
    journal.close()
    return journal
  }

  func append(_ events: [MarketEvent], batch: Int = 100, to appender: inout JournalAppender) {
    for start in stride(from: 0, to: events.count, by: batch) {
      Array(events[start..<min(events.count, start + batch)]).withUnsafeBufferPointer {
        appender.append($0, receivedNanoseconds: Int64(start))
      }
    }
  }

  /// All days' events as a newcomer reads them.
  func read() throws -> [[MarketEvent]] { try JournalRun.read(folder.path) }

  static func read(_ directory: String) throws -> [[MarketEvent]] {
    let archive = try JournalArchive(directory: directory)
    let table = InstrumentTable(capacity: 1 << 12)
    return try archive.days().map { day in
      var reader = try archive.read(day.date, into: table)
      return try rest(&reader)
    }
  }

  static func rest(_ reader: inout JournalReader) throws -> [MarketEvent] {
    var events: [MarketEvent] = []
    while let block = try reader.next() {
      events += Array(block.events)
      #expect(reader.eventsRead == block.firstEvent + Int64(block.events.count))
    }
    return events
  }

  /// Does the journal thread's work on closed segments, all that is due.
  func upkeep(_ journal: Journal) throws {
    let opening = try JournalOpening(JournalFolder(path: folder.path), id: journal.id, log: .quiet)
    var upkeep = ArchiveUpkeep(
      JournalFolder(path: folder.path), id: journal.id, disk: .hasty,
      retention: Retention(
        folder: JournalFolder(path: folder.path), keepDays: options.keepDays, keepBytes: options.keepBytes),
      status: journal.status, log: .quiet, due: opening.unpacked)
    while upkeep.step(monotonicNanoseconds: 1) != .rested {}
  }
}

/// Lets other threads work until it is so; the test's time limit ends what never comes.
func wait(until isSo: () throws -> Bool) rethrows {
  while try !isSo() { sched_yield() }
}

extension DiskCalls {
  /// Does not wait for the disk: most tests do not cut the power.
  static var hasty: DiskCalls {
    var calls = DiskCalls()
    calls.sync = { _ in 0 }
    return calls
  }
}

/// Files as tests spoil them.
enum TestFile {
  static func bytes(_ path: String) throws -> [UInt8] {
    let file = try #require(try OpenFile(reading: path))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(try file.size()), alignment: 1)
    defer { buffer.deallocate() }
    let count = try file.read(buffer, at: 0)
    return Array(buffer[..<count])
  }

  static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try OpenFile(making: path)
    let outcome = bytes.withUnsafeBytes { buffer in Result { try file.write(buffer, at: 0) } }
    try outcome.get()
  }

  /// In place: a kill leaves the old bytes or the new ones.
  static func overwrite(_ bytes: [UInt8], _ path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    let file = OpenFile(descriptor: descriptor, path: path)
    let outcome = bytes.withUnsafeBytes { buffer in Result { try file.write(buffer, at: 0) } }
    try outcome.get()
  }

  static func remove(_ path: String) -> Bool { unlink(path) == 0 }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// A copy of a journal as a kill would leave it: the files as they are, no lock.
  static func copy(_ folder: TestFolder) throws -> TestFolder {
    let copy = try TestFolder()
    for name in try JournalFolder.names(in: folder.path) where name != "journal.lock" {
      let path = "\(folder.path)/\(name)"
      guard name.hasPrefix("20") else {
        try write(bytes(path), to: "\(copy.path)/\(name)")
        continue
      }
      try JournalFolder.make("\(copy.path)/\(name)")
      for file in try JournalFolder.names(in: path) {
        try write(bytes("\(path)/\(file)"), to: "\(copy.path)/\(name)/\(file)")
      }
    }
    return copy
  }
}

extension JournalArchive {
  func allEvents() throws -> [[MarketEvent]] { try JournalRun.read(directory) }
}
