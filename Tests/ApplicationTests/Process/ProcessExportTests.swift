import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `marketflow export` as a stranger types it.
@Suite(.serialized) struct ProcessExportTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func export(_ words: String...) throws -> ProcessProgram.Outcome {
    try ProcessProgram(["export", "--date", "2024-11-20", "--format", "csv"] + words, in: folder).outcome()
  }

  @Test func namesTheDatabaseItLookedForAndTheWaysOut() throws {
    let none = try export()
    #expect(none.code == 1 && none.output.isEmpty)
    #expect(
      none.errors.contains("data/marketflow.duckdb is not there: nothing was stored; start marketflow serve once"))
    let server = try ProcessProgram(["serve", "--port", "0"], in: folder)
    _ = try server.port()
    let held = try export("--demo")
    #expect(held.code == 1 && held.errors.contains("export: database data/demo.duckdb is in use by another process"))
    #expect(held.errors.contains("stop that process, or ask it: marketflow query"))
    server.signal(SIGTERM)
    #expect(try server.outcome().code == 0)
    let demoOnly = try export()
    #expect(demoOnly.code == 1 && demoOnly.output.isEmpty)
    #expect(
      demoOnly.errors.contains(
        "export: data/marketflow.duckdb is not there, only data/demo.duckdb is; add --demo for the invented market's "
          + "prints, or name another --data-dir"), "\(demoOnly.errors)")
    let nowhere = try export("--demo", "--output", "nowhere/day.csv")
    #expect(nowhere.code == 1 && !nowhere.errors.contains("DuckDB") && !nowhere.errors.contains("COPY"))
    #expect(
      nowhere.errors.contains(
        "export: nowhere/day.csv cannot be made: No such file or directory; make the folder nowhere"))
    // A day before the invented market: a file with a header, and words where there is something.
    let empty = try export("--demo", "--output", "day.csv")
    #expect(empty.code == 0 && empty.errors.contains("0 prints of 2024-11-20 in day.csv; the"), "\(empty.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.contains("day.csv") && !left.contains { $0.hasSuffix(".partial") })
  }
}
