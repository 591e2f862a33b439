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
