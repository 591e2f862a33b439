import Foundation
import Journal
import Logging
import MarketModel
import Testing

@testable import Application
@testable import Storage

/// The database, made again from the journal, and a day of it as a file.
@Suite(.serialized) struct RebuildTests {
  private let live: LiveSession
  init() throws { live = try LiveSession() }

  /// Rows of one file that the other does not have, both ways.
  private func differences(_ columns: String, of table: String, _ one: String, _ other: String) throws -> [Int64] {
    let connection = try Store(StoreOptions(path: one)).database.connect()
    try connection.execute("ATTACH \(other.sqlLiteral) AS other (READ_ONLY)")
    return try [("", "other."), ("other.", "")].map { left, right in
      try connection.integer(
        """
        SELECT count(*) FROM (SELECT \(columns) FROM \(left)\(table) EXCEPT ALL SELECT \(columns) FROM \(right)\(table))
        """) ?? -1
    }
  }

  private func run(_ words: String...) throws -> ProcessProgram.Outcome {
    try ProcessProgram(words + ["--data-dir", live.directory.path], in: live.folder).outcome()
  }

  @Test func theNewFileIsEqualRowByRowAndTheOldOneIsKept() throws {
    let outcome = try run("rebuild", "--all")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let old = live.directory.database + ".before-rebuild"
    // Enumerations of two files are two types.
    let prints = "* REPLACE (side::VARCHAR AS side, method::VARCHAR AS method, greeks_source::VARCHAR AS greeks_source)"
    for (columns, table) in [
      (prints, "base.trades_labeled"), ("* EXCLUDE kind", "base.cancellations"), ("*", "base.rollups_min"),
      ("*", "base.open_interest_eod"), ("* EXCLUDE (recorded_at, kind, scope)", "base.feed_incidents"),
      ("* EXCLUDE (kind, type)", "base.instruments"), ("*", "main.ingest_days"),
    ] {
      let columns = columns.replacing("* EXCLUDE kind", with: "*")
      #expect(try differences(columns, of: table, live.directory.database, old) == [0, 0], "\(table)")
    }
    #expect(try Verification(live.directory).verify(LiveSession.second) { _, _ in }.isGood)
    #expect(!FileManager.default.fileExists(atPath: live.directory.database + ".rebuild"))
  }

  /// A server that begins meanwhile would go on in a file that is about to be moved away.
  @Test func aJournalThatIsBeingWrittenIsNotRebuiltFrom() throws {
    let archive = try #require(try JournalArchive.ifPresent(in: live.directory))
    let journal = try Journal(
      JournalOptions(directory: archive.directory, source: archive.source), log: Log(minimumLevel: .error))
    let outcome = try run("rebuild", "--all")
    #expect(outcome.code == 1 && outcome.errors.contains("\(getpid())"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: live.directory.database + ".before-rebuild"))
    journal.close()
    #expect(try run("rebuild", "--all").code == 0)
  }

  @Test func theOnlyOldDatabaseIsNotReplaced() throws {
    #expect(try run("rebuild", "--all").code == 0)
    let second = try run("rebuild", "--all")
    #expect(second.code == 1 && second.errors.contains(".before-rebuild is there from an earlier rebuild"))
    #expect(try run("rebuild", "--all", "--discard-old").code == 0)
    #expect(try run("rebuild", "--all", "--into", live.folder.path("x.duckdb"), "--discard-old").code == 2)
  }

  @Test func oneDayGoesIntoAFileOfItsOwn() throws {
    let path = live.folder.path("day.duckdb")
    #expect(try run("rebuild", "--date", "2025-12-17", "--into", path).code == 0)
    let reader = try Store(StoreOptions(path: path)).makeReader()
    #expect(try reader.rowCounts().tradesLabeled == live.prints[LiveSession.second])
    // Nothing is written over.
    #expect(try run("rebuild", "--all", "--into", path).code == 1)
    #expect(!FileManager.default.fileExists(atPath: live.directory.database + ".before-rebuild"))
  }

  @Test func otherIDsAreSaid() throws {
    func progress(_ run: Int32, _ prints: Int64) -> IngestProgress {
      IngestProgress(
        runID: run, committed: .start, isClosed: true,
        days: [IngestDay(session: LiveSession.second, before: IngestPosition(prints: prints, cancellations: 0))])
    }
    #expect(RebuildCommand.keepsIDs(progress(1, 7), progress(1, 7)))
    #expect(!RebuildCommand.keepsIDs(progress(2, 7), progress(1, 7)))
    #expect(!RebuildCommand.keepsIDs(progress(1, 7), progress(1, 0)))
    #expect(try !run("rebuild", "--all").errors.contains("other ids"))
  }

  @Test func aDatabaseThatCannotBeReadIsReplaced() throws {
    try Data("no database".utf8).write(to: URL(filePath: live.directory.database))
    let outcome = try run("rebuild", "--all", "--discard-old")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("although it cannot be read"))
    #expect(try Verification(live.directory).verify(LiveSession.first) { _, _ in }.isGood)
    // Thrown away where nobody wants it.
    #expect(try run("rebuild", "--all", "--discard-old").code == 0)
    #expect(!FileManager.default.fileExists(atPath: live.directory.database + ".before-rebuild"))
  }

  @Test func aWholeDatabaseIsNotReplacedByADay() throws {
    #expect(try run("rebuild", "--date", "2025-12-17").code == 2)
    #expect(try run("rebuild").code == 2)
  }

  @Test func aDatabaseInUseIsNotReplaced() throws {
    let store = try Store(StoreOptions(path: live.directory.database))
    let outcome = try run("rebuild", "--all")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("is in use by another process"), "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: store.options.path))
  }

  // MARK: Damage and locks

  @Test func aDamagedDayDoesNotStopTheOthers() throws {
    try live.damage(LiveSession.first)
    let old = live.directory.database
    // The old database is the only one that has the day.
    let careful = try run("rebuild", "--all", "--discard-old")
    #expect(careful.code == 5 && careful.errors.contains("the old database stays in its place"), "\(careful.errors)")
    #expect(
      try Store(StoreOptions(path: old)).makeReader().rowCounts().tradesLabeled == live.prints.values.reduce(0, +))
    let outcome = try run("rebuild", "--all")
    #expect(outcome.code == 5, "\(outcome.errors)")
    #expect(outcome.errors.contains("2025-12-16 is made only up to its damage"))
    #expect(FileManager.default.fileExists(atPath: old + ".before-rebuild"))
    let second = try Verification(live.directory).verify(LiveSession.second) { _, _ in }
    #expect(second.isGood && second.checks.count > 12, "\(second.text)")
    // Of one day there is nothing else to be made.
    let path = live.folder.path("first.duckdb")
    #expect(try run("rebuild", "--date", "2025-12-16", "--into", path).code == 5)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  /// A recording is stored without the journal's lock.
  @Test func aDatabaseThatIsBeingMadeAnewIsNotOpened() throws {
    for isThere in [true, false] {
      let files = DatabaseFiles(path: live.directory.database)
      if !isThere { try files.remove() }
      do {
        let hold = try DatabaseHold(files)
        let served = try run("serve", "--port", "0", "--replay", BenchTests.path("small.ndjson.gz"))
        #expect(served.code == 1 && served.errors.contains("is in use by another process"), "\(served.errors)")
        #expect(hold.isNew == !isThere && files.exists)
        // The other way round, another process has it.
        let fresh = DatabaseFiles(path: files.path + ".rebuild")
        try fresh.remove()
        try Data([1]).write(to: URL(filePath: fresh.path))
        if isThere { try fresh.replace(hold, keeping: nil) }
      }
      #expect(files.exists == isThere)
    }
  }

  @Test func whoHasTheDatabaseFirstKeepsIt() throws {
    let served = try ProcessProgram(
      ["serve", "--port", "0", "--replay", BenchTests.path("small.ndjson.gz"), "--data-dir", live.directory.path],
      in: live.folder)
    _ = try served.port()
    let outcome = try run("rebuild", "--all", "--discard-old")
    #expect(outcome.code == 1 && outcome.errors.contains("is in use by another process"), "\(outcome.errors)")
    #expect(throws: StorageError.self) { _ = try DatabaseHold(DatabaseFiles(path: live.directory.database)) }
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
    #expect(try Verification(live.directory).verify(LiveSession.second) { _, _ in }.isGood)
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    for words in [["rebuild", "--all"], ["replay", "--date", "2025-12-17"]] {
      let outcome = try ProcessProgram(
        words + ["--into", "missing/day.duckdb", "--data-dir", live.directory.path], in: live.folder
      ).outcome()
      #expect(outcome.code == 1)
      #expect(
        outcome.errors
          == "marketflow: missing/day.duckdb cannot be made: there is no folder missing; make it, or name another file\n"
      )
    }
  }

  // MARK: A replay's own database

  /// Rows of a day that was played again are those of the live session, at any pace.
  @Test(arguments: ["max", "1000"]) func aReplayLeavesTheRowsOfTheLiveSession(speed: String) throws {
    let path = live.folder.path("replay.duckdb")
    let outcome = try run("replay", "--date", "2025-12-16", "--speed", speed, "--into", path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let prints = "* REPLACE (side::VARCHAR AS side, method::VARCHAR AS method, greeks_source::VARCHAR AS greeks_source)"
    let connection = try Store(StoreOptions(path: path)).database.connect()
    try connection.execute("ATTACH \(live.directory.database.sqlLiteral) AS other (READ_ONLY)")
    let wanted = "(SELECT * FROM other.base.trades_labeled WHERE ts < TIMESTAMP '2025-12-17 00:00:00')"
    for (one, two) in [("base.trades_labeled", wanted), (wanted, "base.trades_labeled")] {
      let count = try connection.integer(
        "SELECT count(*) FROM (SELECT \(prints) FROM \(one) EXCEPT ALL SELECT \(prints) FROM \(two))")
      #expect(count == 0)
    }
    #expect(try connection.integer("SELECT count(*) FROM base.trades_labeled") == live.prints[LiveSession.first])
    for option in [["--from", "10:00"], ["--underlying", "SPY"]] {
      let part = ["replay", "--date", "2025-12-16", "--into", live.folder.path("x"), "--data-dir", live.directory.path]
      #expect(try ProcessProgram(part + option, in: live.folder).outcome().code == 2)
    }
  }

  // MARK: Export

  @Test func aDayIsExportedInEachFormat() throws {
    let wanted = try #require(live.prints[LiveSession.second])
    let csv = try run("export", "--date", "2025-12-17", "--format", "csv")
    #expect(csv.code == 0, "\(csv.errors)")
    let lines = csv.output.split(separator: "\n")
    #expect(lines.count == Int(wanted) + 1)
    #expect(lines.first?.hasPrefix("print_id,ts,") == true)
    let json = try run("export", "--date", "2025-12-17", "--format", "jsonl")
    let rows = json.output.split(separator: "\n")
    #expect(rows.count == Int(wanted))
    let first = try JSONSerialization.jsonObject(with: Data((rows.first ?? "").utf8)) as? [String: Any]
    #expect(first?["ticker"] is String && first?["premium"] is Double)
    let path = live.folder.path("day.parquet")
    #expect(try run("export", "--date", "2025-12-17", "--format", "parquet", "--output", path).code == 0)
    let connection = try Store(StoreOptions(path: live.folder.path("other.duckdb"))).database.connect()
    #expect(try connection.integer("SELECT count(*) FROM read_parquet(\(path.sqlLiteral))") == wanted)
  }

  @Test func aMistakeIsNamed() throws {
    #expect(try run("export", "--format", "csv").code == 2)
    #expect(try run("export", "--date", "2025-12-17", "--format", "parquet").code == 2)
    #expect(try run("export", "--date", "2025-12-20", "--format", "csv").code == 2)
    let refused = try run("export", "--date", "2025-12-17", "--format", "csv", "--output", "/nowhere/day.csv")
    #expect(refused.code == 1)
    #expect(refused.errors.contains("/nowhere/day.csv"))
  }
}
