import Foundation
import Testing

/// `serve` as a stranger starts it: address, page, stop, and what it says when it cannot.
@Suite(.serialized) struct ProcessServeTests {
  private static let fixture = BenchTests.path("small.ndjson.gz")
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func serve(_ words: String..., environment: [String: String] = [:]) throws -> ProcessProgram {
    try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", folder.path("data")] + words, in: folder, environment: environment)
  }

  @Test func printsItsAddressAnswersAndStopsWithEverythingStored() throws {
    let program = try serve("--replay", Self.fixture, "--replay-speed", "max")
    let client = try ProcessClient(port: program.port())
    let page = try client.page()
    #expect(page.status == 200 && page.text.contains("MarketFlow"))
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    try stream.state { _ in try client.health()["digest"] is String }
    program.signal(SIGTERM)
    let outcome = try program.outcome()
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("everything received is stored"))
    #expect(outcome.errors.contains("rows=9992"))
    // A second start finds all of it and adds nothing.
    let again = try serve("--replay", Self.fixture, "--replay-speed", "max")
    let reader = try ProcessClient(port: again.port())
    let restarted = try ProcessClient(port: reader.port)
    try restarted.listen()
    try restarted.state { _ in try reader.health()["digest"] is String }
    again.signal(SIGTERM)
    let second = try again.outcome()
    #expect(second.code == 0)
    #expect(second.errors.contains("stored already; nothing is added"))
    #expect(second.errors.contains("rows=0"))
  }

  @Test func aSecondProcessOnTheSameDataIsRefusedInWords() throws {
    let first = try serve()
    _ = try first.port()
    let second = try serve().outcome()
    #expect(second.code == 1)
    #expect(second.errors.contains("is in use by another process"))
    #expect(second.errors.contains("PID \(first.pid)"))
    #expect(second.errors.contains("start with another --data-dir"))
    first.signal(SIGTERM)
    #expect(try first.outcome().code == 0)
  }

  @Test func aBusyPortIsNamedWithAWayOut() throws {
    let first = try serve()
    let port = try first.port()
    let second = try ProcessProgram.run(
      "serve", "--port", "\(port)", "--data-dir", folder.path("other"), in: folder)
    #expect(second.code == 1)
    #expect(second.errors.contains("port \(port) on 127.0.0.1 is in use by another program"))
    #expect(second.errors.contains("--port 0"))
    first.signal(SIGINT)
    #expect(try first.outcome().code == 0)
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let missing = try serve("--replay", "/nowhere/day.ndjson").outcome()
    #expect(missing.code == 1)
    #expect(missing.errors.contains("replay file /nowhere/day.ndjson: no such file; check the path"))
    try Data("not a folder".utf8).write(to: folder.url.appending(path: "file"))
    for (place, words) in [("file", "is a file, not a folder"), ("file/below", "cannot be made: Not a directory")] {
      let refused = try ProcessProgram.run("serve", "--port", "0", "--data-dir", folder.path(place), in: folder)
      #expect(refused.code == 1)
      #expect(refused.errors.contains("data folder \(folder.path(place)) \(words)"))
      #expect(refused.errors.contains("name another --data-dir"))
    }
  }

  @Test func aForeignDatabaseStaysAsItIs() throws {
    try FileManager.default.createDirectory(at: folder.url.appending(path: "data"), withIntermediateDirectories: true)
    let file = folder.url.appending(path: "data/demo.duckdb")
    try Data(repeating: 7, count: 3000).write(to: file)
    let refused = try serve().outcome()
    #expect(refused.code == 1)
    #expect(refused.errors.contains("cannot be opened"))
    #expect(refused.errors.contains("move the file away, or start with another --data-dir"))
    #expect(try Data(contentsOf: file) == Data(repeating: 7, count: 3000))
  }

  /// Half a gzip file, as a download that was cut off leaves it: what was read counts, and nothing looks alive.
  @Test func aRecordingThatBreaksOffIsDownInWords() throws {
    let whole = try Data(contentsOf: URL(filePath: Self.fixture))
    try whole.prefix(whole.count / 2).write(to: folder.url.appending(path: "half.ndjson.gz"))
    let program = try serve("--replay", folder.path("half.ndjson.gz"), "--replay-speed", "max")
    let client = try ProcessClient(port: program.port())
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    try stream.state { ($0["health"] as? [String: Any])?["ingest_status"] as? String == "failed" }
    let health = try client.health()
    #expect(health["status"] as? String == "down")
    let reason = try #require((health["reasons"] as? [String])?.first)
    #expect(reason.hasPrefix("feed failed: replay file"))
    #expect(reason.contains("half.ndjson.gz"))
    #expect(health["digest"] is NSNull)
    #expect((try client.request("/prints?limit=1").json["rows"] as? [Any])?.count == 1)
    program.signal(SIGTERM)
    #expect(try program.outcome().code == 0)
  }
}

/// What commands say to people who mistype, and to programs.
@Suite(.serialized) struct ProcessCommandTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  @Test func unknownFlagsSuggestTheNearMiss() throws {
    let outcome = try ProcessProgram.run("serve", "--prot", "9000", in: folder)
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("unknown option --prot; did you mean --port?"))
    #expect(outcome.output.isEmpty)
  }

  @Test func aProviderWithoutItsKeySaysWhereToPutIt() throws {
    let outcome = try ProcessProgram.run("serve", "--provider", "polygon", in: folder)
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("polygon_key is not set"))
    #expect(outcome.errors.contains("POLYGON_API_KEY"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
  }

  @Test func configIsJSONWithOriginsAndWithoutSecrets() throws {
    let outcome = try ProcessProgram.run(
      "config", "--json", in: folder, environment: ["MARKETFLOW_PORT": "8123", "POLYGON_API_KEY": "very-secret"])
    #expect(outcome.code == 0)
    _ = try outcome.json()
    #expect(outcome.output.contains("8123"))
    #expect(!outcome.output.contains("very-secret"))
  }

  @Test func doctorIsJSONAndNamesWhatIsWrong() throws {
    let outcome = try ProcessProgram.run(
      "doctor", "--json", "--port", "0", "--data-dir", folder.path("data"), in: folder)
    let findings = try #require(try outcome.json() as? [[String: Any]])
    let subjects = findings.compactMap { $0["subject"] as? String }
    #expect(subjects == ["libraries", "page", "data folder", "port", "clock", "open files"])
    #expect(findings.allSatisfy { $0["ok"] is Bool && $0["words"] is String })
    #expect(outcome.code == (findings.allSatisfy { $0["ok"] as? Bool == true } ? 0 : 1))
    // A file where the folder should be.
    let broken = try ProcessProgram.run("doctor", "--json", "--data-dir", "/etc/passwd", in: folder)
    #expect(broken.code == 1)
  }
}
