import Foundation
import History
import Logging
import MarketModel
import Simulator
import Testing

@testable import Application

/// `fetch` and `cache` as a stranger runs them, against a vendor of this process.
@Suite struct ProcessFetchTests {
  private static let day = "2025-12-16"

  /// A vendor that has played a flat file of trades to its end.
  private func vendor(
    _ folder: ProcessFolder, rows: Int, contracts: Int = 40, change: (inout SimulatorOptions) -> Void = { _ in }
  ) async throws -> Simulator {
    let start = Timestamp(newYork: try #require(MarketDate(Self.day)), hour: 10).nanoseconds
    var text = "ticker,conditions,correction,exchange,price,sip_timestamp,size,sequence_number\n"
    for row in 0..<rows {
      let contract = "O:SPY251216C00\(600 + row % contracts)000"
      text += "\(contract),,0,302,1.\(row % 90 + 10),\(start + Int64(row) * 1_000_000),\(row % 9 + 1),\(row + 1)\n"
    }
    try Data(text.utf8).write(to: URL(filePath: folder.path("tape.csv")))
    var options = SimulatorOptions(
      tape: .file(path: folder.path("tape.csv")), speed: nil, port: 0, waitsForClients: 0)
    change(&options)
    let simulator = try Simulator(options: options, log: Log(minimumLevel: .warning))
    try simulator.start()
    while simulator.summary.status != "ended" { try await Task.sleep(for: .milliseconds(5)) }
    return simulator
  }

  private func words(_ simulator: Simulator, _ more: String...) -> [String] {
    ["fetch", "--date", Self.day, "--underlying", "SPY", "--endpoint", simulator.url, "--json"] + more
  }

  /// Nil when it died of a signal.
  private func code(of program: ProcessProgram) -> Int32? {
    do { return try program.outcome().code } catch { return nil }
  }

  private func run(_ words: [String], in folder: ProcessFolder) throws -> ProcessProgram.Outcome {
    try ProcessProgram(words, in: folder).outcome()
  }

  /// Waits until so many more contracts have been asked for. On a thread of its own: those of the tests' tasks are busy with
  /// other tests for longer than a fetch takes.
  private func killed(_ program: ProcessProgram, after requests: Int, of simulator: Simulator) async {
    let enough = simulator.summary.requests + requests
    let pid = program.pid
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while simulator.summary.requests < enough { usleep(2_000) }
        kill(pid, SIGKILL)
        continuation.resume()
      }
    }
  }

  /// Killed wherever it happens to be, again and again: the day becomes whole, and no row is in it twice.
  @Test func killsAreOutlived() async throws {
    let folder = try ProcessFolder()
    let simulator = try await vendor(folder, rows: 2_000, contracts: 80) { options in
      // Slow enough that there is something to interrupt.
      options.faults.slowShare = 1
      options.faults.slowSeconds = 0.2
    }
    defer { simulator.stop() }
    let cache = HistoryCache(HistoryOptions(directory: folder.path("data/cache")))
    let date = try #require(MarketDate(Self.day))
    for kill in 1...4 {
      let program = try ProcessProgram(words(simulator), in: folder)
      await killed(program, after: 6 + kill, of: simulator)
      #expect(throws: ProcessProgram.Failure.self) { try program.outcome() }
    }
    let partial = try #require(try cache.manifest(date))
    #expect(partial.storedRows > 0 && partial.storedRows < 2_000)
    let whole = try run(words(simulator), in: folder)
    #expect(whole.code == 0, "\(whole.errors)")
    let report = try #require(try whole.json() as? [String: Any])
    #expect(report["rows_fetched"] as? Int64 == 2_000 - partial.storedRows)
    #expect(try cache.verify(date).complaints == [])
    let day = try #require(try cache.day(date))
    #expect(day.trades == 2_000 && day.isComplete)
    let fresh = try ProcessFolder()
    _ = try run(["fetch", "--file", folder.path("tape.csv")], in: fresh)
    let other = HistoryCache(HistoryOptions(directory: fresh.path("data/cache")))
    #expect(try other.day(date)?.fingerprint == day.fingerprint)
  }

  @Test func tellsWhatItHas() async throws {
    let folder = try ProcessFolder()
    let simulator = try await vendor(folder, rows: 200)
    defer { simulator.stop() }
    let empty = try run(["cache"], in: folder)
    #expect(empty.code == 0 && empty.output.contains("nothing was fetched yet"))
    #expect(try run(["cache", "verify"], in: folder).output == empty.output)
    #expect(try run(["cache", "verify", "--json"], in: folder).output == "[]\n")
    #expect(try run(words(simulator), in: folder).code == 0)
    let listed = try run(["cache", "--json"], in: folder)
    let statistics = try #require(try listed.json() as? [String: Any])
    let days = try #require(statistics["days"] as? [[String: Any]])
    #expect(days.count == 1 && days[0]["date"] as? String == Self.day && days[0]["trades"] as? Int == 200)
    #expect(days[0]["complete"] as? Int == 41 && days[0]["replayable"] as? Bool == true)
    #expect(try run(["cache"], in: folder).output.contains("2025-12-16"))
    let verified = try run(["cache", "verify"], in: folder)
    #expect(verified.code == 0 && verified.output.contains("ok   2025-12-16: 400 events in 41 files"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data/cache/\(Self.day)"))
    let merged = folder.path("data/cache/\(Self.day)/\(try #require(names.first { $0.hasPrefix("day-") }))")
    var bytes = try Data(contentsOf: URL(filePath: merged))
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: URL(filePath: merged))
    let damaged = try run(["cache", "verify"], in: folder)
    #expect(damaged.code == 5 && damaged.output.contains("FAIL 2025-12-16"))
  }

  @Test func saysWhatIsWrong() async throws {
    let folder = try ProcessFolder()
    let simulator = try await vendor(folder, rows: 10) { $0.account.keys = ["right"] }
    defer { simulator.stop() }
    let key = try ProcessProgram.run(
      "fetch", "--date", Self.day, "--underlying", "SPY", "--endpoint", simulator.url, in: folder,
      environment: ["POLYGON_API_KEY": "wrong-key-of-mine"])
    #expect(key.code == 4 && key.errors.contains("the key was refused"))
    #expect(!key.errors.contains("wrong-key-of-mine"))
    let none = try ProcessProgram.run("fetch", "--date", Self.day, "--underlying", "SPY", in: folder)
    #expect(none.code == 3 && none.errors.contains("polygon_key is not set"))
    let holiday = try ProcessProgram.run(
      "fetch", "--date", "2025-12-25", "--underlying", "SPY", "--endpoint", simulator.url, in: folder)
    #expect(holiday.code == 2 && holiday.errors.contains("a holiday (Christmas Day)"))
    #expect(holiday.errors.contains("the sessions beside it are 2025-12-24 and 2025-12-26"))
    try Data("[{\"ev\":\"T\"}]\n".utf8).write(to: URL(filePath: folder.path("frames.ndjson")))
    let frames = try run(["fetch", "--file", "frames.ndjson"], in: folder)
    #expect(frames.code == 1 && frames.errors.contains("recorded frames are for marketflow replay"))
    for words in [
      ["fetch"], ["fetch", "--date", "yesterday", "--underlying", "SPY"], ["fetch", "--date", Self.day],
      ["fetch", "--date", Self.day, "--underlying", "SPY", "--quotes", "--no-quotes"],
      ["fetch", "--file", "a.csv", "--no-quotes"], ["cache", "verify", "--date", "x"],
    ] {
      #expect(try run(words, in: folder).code == 2, "\(words)")
    }
  }

  /// Killed while it reads the file and while it writes the parts: all of it or nothing.
  @Test(arguments: ["lock", "flat-1.events", "day-2.events"])
  func aKilledImportIsTakenAgain(_ sign: String) throws {
    let folder = try ProcessFolder()
    let rows = 60_000
    let start = Timestamp(newYork: try #require(MarketDate(Self.day)), hour: 10).nanoseconds
    var text = "ticker,price,size,sip_timestamp\n"
    for row in 0..<rows {
      text += "O:SPY251216C00\(600 + row * 40 / rows)000,1.5,\(row % 9 + 1),\(start + Int64(row % 1_500) * 1_000_000)\n"
    }
    try Data(text.utf8).write(to: URL(filePath: folder.path("day.csv")))
    let words = ["fetch", "--file", "day.csv", "--json"]
    let program = try ProcessProgram(words, in: folder)
    let place = folder.path("data/cache/\(Self.day)/\(sign)")
    var isOver = false
    while !FileManager.default.fileExists(atPath: place), !isOver { isOver = kill(program.pid, 0) != 0 }
    if !isOver { program.signal(SIGKILL) }
    // On a fast machine it may have come to its end meanwhile.
    let code = code(of: program)
    #expect(code == nil || code == 0)
    let again = try run(words, in: folder)
    #expect(again.code == 0, "\(again.errors)")
    let date = try #require(MarketDate(Self.day))
    let cache = HistoryCache(HistoryOptions(directory: folder.path("data/cache")))
    #expect(try cache.day(date)?.trades == Int64(rows))
    #expect(try cache.verify(date).complaints == [])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data/cache/\(Self.day)"))
    #expect(names.count { $0.hasPrefix("flat-") } == 1 && names.count { $0.hasPrefix("day-") } == 1)
    #expect(!names.contains { $0.hasPrefix("run-") })
  }

  @Test func takesAFlatFile() async throws {
    let folder = try ProcessFolder()
    let simulator = try await vendor(folder, rows: 300)
    simulator.stop()
    let outcome = try run(["fetch", "--file", "tape.csv", "--json"], in: folder)
    let report = try #require(try outcome.json() as? [String: Any])
    #expect(outcome.code == 0 && report["rows_fetched"] as? Int == 300)
    #expect((report["day"] as? [String: Any])?["complete"] as? Int == 40)
    let again = try run(["fetch", "--file", "tape.csv"], in: folder)
    #expect(again.output.contains("this very file was taken before"))
  }
}
