import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

@Suite struct SchemaTests {
  @Test func aNewFileRecordsItsVersionAndOpensAgain() throws {
    let folder = try TemporaryFolder()
    #expect(
      try Store(StoreOptions(path: folder.file)).rows("SELECT version, profile FROM schema_info")
        == ["\(Store.schemaVersion)|full"])
    let again = try Store(StoreOptions(path: folder.file))
    #expect(try again.makeReader().rowCounts().tradesLabeled == 0)
    #expect(try again.makeReader().prints(limit: 1).isEmpty)
    #expect(try again.makeReader().latestPrintTime() == nil)
  }

  @Test func aNewerFileIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try Store(StoreOptions(path: folder.file))
    try OlderFiles.edit(folder.file, ["UPDATE schema_info SET version = 99"])
    #expect(throws: StorageError.newerSchema(path: folder.file, found: 99, supported: Store.schemaVersion)) {
      try Store(StoreOptions(path: folder.file))
    }
  }

  @Test func anOlderFileIsMigratedOrRefused() throws {
    let folder = try TemporaryFolder()
    _ = try Store(StoreOptions(path: folder.file))
    let next = Store.schemaVersion + 1
    let withoutWay = Schema(version: next + 1, steps: [next: []])
    #expect(throws: StorageError.olderSchema(path: folder.file, found: next - 1, supported: next + 1)) {
      try Store(StoreOptions(path: folder.file), schema: withoutWay)
    }
    // A step that fails leaves the file as it was.
    let broken = Schema(version: next, steps: [next - 1: ["CREATE TABLE added (x INTEGER)", "SELECT * FROM nowhere"]])
    #expect(throws: StorageError.self) { try Store(StoreOptions(path: folder.file), schema: broken) }
    let way = Schema(version: next, steps: [next - 1: ["CREATE TABLE added (x INTEGER)"]])
    let store = try Store(StoreOptions(path: folder.file), schema: way)
    #expect(try store.rows("SELECT version FROM schema_info") == ["\(next)"])
    #expect(try store.integer("SELECT count(*) FROM added") == 0)
  }

  @Test func aStrangersFileAndTheOtherProfileAreRefused() throws {
    let folder = try TemporaryFolder()
    try OlderFiles.edit(folder.path + "/other.duckdb", ["CREATE TABLE mine (x INTEGER)"])
    #expect(throws: StorageError.foreignFile(path: folder.path + "/other.duckdb", tables: "mine")) {
      try Store(StoreOptions(path: folder.path + "/other.duckdb"))
    }
    _ = try Store(StoreOptions(path: folder.file))
    var reference = StoreOptions(path: folder.file)
    reference.profile = .reference
    #expect(throws: StorageError.otherProfile(path: folder.file, found: "full", wanted: "reference")) {
      try Store(reference)
    }
    try Data("no database".utf8).write(to: URL(fileURLWithPath: folder.path + "/text"))
    #expect(throws: StorageError.self) { try Store(StoreOptions(path: folder.path + "/text")) }
    #expect(throws: StorageError.self) { try Store(StoreOptions(path: folder.path + "/missing/flow.duckdb")) }
  }

  @Test func lockWordsNameTheHolder() {
    let words =
      #"IO Error: Could not set lock on file "/d/f.duckdb": Conflicting lock is held in /usr/bin/marketflow (PID 77). See also"#
    #expect(
      Database.refusal("/d/f.duckdb", words) == .locked(path: "/d/f.duckdb", holder: "/usr/bin/marketflow (PID 77)"))
    #expect(Database.refusal("/d/f", "IO Error: broken") == .cannotOpen(path: "/d/f", words: "IO Error: broken"))
  }

  /// A process that died while DuckDB wrote the first headers leaves a file in which nothing can be.
  @Test(arguments: [0, 4096, 8192]) func aFileCutOffWhileItWasMadeIsMadeAgain(bytes: Int) throws {
    let folder = try TemporaryFolder()
    _ = try Store(StoreOptions(path: folder.file))
    let whole = try Data(contentsOf: URL(filePath: folder.file))
    try whole.prefix(bytes).write(to: URL(filePath: folder.file))
    #expect(try Store(StoreOptions(path: folder.file)).makeReader().rowCounts().tradesLabeled == 0)
  }

  @Test func whatOnlyLooksCutOffStays() throws {
    let folder = try TemporaryFolder()
    let foreign = Data(repeating: 7, count: 4096)
    try foreign.write(to: URL(filePath: folder.file))
    #expect(throws: StorageError.self) { try Store(StoreOptions(path: folder.file)) }
    #expect(try Data(contentsOf: URL(filePath: folder.file)) == foreign)
  }

  @Test func networkCodeIsOff() throws {
    let folder = try TemporaryFolder()
    let store = try Store(StoreOptions(path: folder.file))
    #expect(
      try store.rows(
        "SELECT value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions')"
      )
        == ["false", "false"])
    #expect(try store.rows("SELECT current_setting('threads')") == ["1"])
  }

  @Test func everyEnumerationHasItsLabels() {
    #expect(Set(Enumerations.method.labels).count == LabelMethod.allCases.count)
    for (position, method) in LabelMethod.allCases.enumerated() { #expect(Int(method.rawValue) == position) }
    #expect(
      FeedIncident.Scope.allCases.map { Enumerations.scope.labels[Int($0.rawValue)] } == [
        "everything", "options", "equities",
      ])
    for source in GreeksSource.allCases {
      let position = source.storedPosition
      #expect(position.map { Enumerations.greeksSource.labels[Int($0)] } == (source == .none ? nil : source.name))
      #expect(position.flatMap { GreeksSource(storedPosition: Int64($0)) } ?? GreeksSource.none == source)
    }
    for side in AggressorSide.allCases { #expect(AggressorSide(storedPosition: Int64(side.storedPosition)) == side) }
    // A source that begins again is not stored a second time.
    let stored = FeedIncident.Kind.allCases.filter { $0 != .restarted }
    #expect(
      stored.map { Enumerations.incident.labels[Int($0.storedPosition)] } == [
        "connected", "disconnected", "ended", "muted", "gap_found", "gap_filled", "gap_unfilled",
      ])
  }

  @Test func marketDaysTurnAtMidnightInTheAmericas() {
    let day = MarketDate(year: 2024, month: 6, day: 14)
    // 04:00 and 19:59 in New York, summer time.
    #expect(marketDay(of: Timestamp(seconds: 1_718_352_000)) == day)
    #expect(marketDay(of: Timestamp(seconds: 1_718_409_540)) == day)
    #expect(marketDay(of: Timestamp(seconds: -1)) == MarketDate(daysSinceEpoch: -1))
  }
}
