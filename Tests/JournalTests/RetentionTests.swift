import MarketModel
import Testing

@testable import Journal

@Suite struct RetentionTests {
  /// Five trading days from Monday on, 2026-11-23 to 27 (the 26th is a holiday), one segment each.
  private func run() throws -> (JournalRun, Journal) {
    let run = JournalRun(try TestFolder())
    let events = [3, 4, 5, 7, 10].map { (day: Int64) -> MarketEvent in
      .clock(RandomEvents.start.adding(nanoseconds: day * 86_400_000_000_000))
    }
    return (run, try run.write(events))
  }
  private let days = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30"]

  private func dates(_ run: JournalRun) throws -> [String] {
    try JournalArchive(directory: run.folder.path).days().map(\.date.description)
  }

  @Test func everythingIsKeptUnlessAskedOtherwise() throws {
    let (run, journal) = try run()
    try run.upkeep(journal)
    #expect(try dates(run) == days)
  }

  @Test(arguments: [0, 1, 2, 4, 5, 9]) func soManyDaysAreKept(count: Int) throws {
    var (run, journal) = try run()
    run.options.keepDays = count
    try run.upkeep(journal)
    #expect(try dates(run) == Array(days.suffix(max(1, count))))
    #expect(try JournalFolder.names(in: run.folder.path).sorted() == dates(run) + ["journal.id", "journal.lock"])
  }

  /// A kill between making a folder and its first file: the running day is the one before.
  @Test func aFolderWithoutEventsIsNoDay() throws {
    var (run, journal) = try run()
    try JournalFolder.make(run.folder.path + "/2026-12-01")
    run.options.keepDays = 1
    try run.upkeep(journal)
    #expect(try dates(run) == [days[4]])
  }

  @Test func soManyBytesAreKept() throws {
    var (run, journal) = try run()
    try run.upkeep(journal)
    let bytes = try journal.archive.days().map(\.bytes)
    run.options.keepBytes = bytes.suffix(3).reduce(0, +)
    try run.upkeep(journal)
    #expect(try dates(run) == Array(days.suffix(3)))
    run.options.keepBytes = bytes.suffix(3).reduce(0, +) - 1
    try run.upkeep(journal)
    #expect(try dates(run) == Array(days.suffix(2)))
    run.options.keepBytes = 0
    try run.upkeep(journal)
    #expect(try dates(run) == Array(days.suffix(1)))
  }

  @Test func aDayThatIsReadStays() throws {
    var (run, journal) = try run()
    run.options.keepDays = 2
    let date = try #require(try journal.archive.days().first).date
    try readTo(run, journal, date)
    try run.upkeep(journal)
    #expect(try dates(run) == Array(days.suffix(2)))
  }

  private func readTo(_ run: JournalRun, _ journal: Journal, _ date: MarketDate) throws {
    var reader = try journal.archive.read(date, into: run.instruments)
    try run.upkeep(journal)
    #expect(try dates(run) == [days[0]] + days.suffix(2))
    #expect(try JournalRun.rest(&reader).count == 1)
  }

  /// A kill in the middle of removing: the day is gone for readers, the rest of it at the next opening.
  @Test func whatAKillLeftOfRemovingIsRemoved() throws {
    let (run, _) = try run()
    let gone = run.folder.path + "/2026-11-20" + Retention.removedSuffix
    try JournalFolder.make(gone)
    try TestFile.write([1, 2, 3], to: gone + "/000001.mfj")
    #expect(try dates(run) == days)
    _ = try Journal(run.options, log: .quiet)
    #expect(!TestFile.exists(gone))
  }
}
