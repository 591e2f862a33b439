import MarketModel
import Testing

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct LockTests {
  @Test func aSecondWriterIsRefusedWithTheFirstOnesProcess() throws {
    let run = JournalRun(try TestFolder())
    let journal = try Journal(run.options, log: .quiet)
    #expect(throws: JournalError.locked(directory: run.folder.path, holder: "process \(getpid())")) {
      _ = try Journal(run.options, log: .quiet)
    }
    journal.close()
    let next = try Journal(run.options, log: .quiet)
    #expect(next.archive.id == journal.archive.id)
  }

  /// The words name who, what and the way out.
  @Test func theWordsHelp() {
    let words = "\(JournalError.locked(directory: "data/journal", holder: "process 12"))"
    #expect(words.contains("data/journal") && words.contains("process 12") && words.contains("stop it"))
  }

  @Test func aJournalIsNamedAnewWhenItsSourceIs() throws {
    var run = JournalRun(try TestFolder())
    let first = try run.write(run.events(0..<5)).archive
    run.options.source = "another\nplace \u{1}"
    let second = try run.write(run.events(5..<9)).archive
    #expect(second.id == first.id)
    #expect(try JournalArchive(directory: run.folder.path).source == "anotherplace ")
    #expect(try run.read() == [run.events(0..<9)])
  }
}
