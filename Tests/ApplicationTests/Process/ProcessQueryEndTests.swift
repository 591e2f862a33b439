import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A query that does not come to its end by itself: nothing of it stays behind.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ProcessQueryEndTests {
  private static let long = "SELECT count(*) FROM range(10000000) a, range(10000000) b"
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func serve() throws -> (program: ProcessProgram, port: Int) {
    let program = try ProcessProgram(
      [
        "serve", "--port", "0", "--data-dir", folder.path("data"), "--replay", BenchTests.path("small.ndjson.gz"),
        "--replay-speed", "max",
      ], in: folder)
    return (program, try program.port())
  }

  /// A folder with a database that nobody holds.
  private func database() throws {
    let (program, _) = try serve()
    program.signal(SIGTERM)
    #expect(try program.outcome().code == 0)
  }

  private func query(_ words: String...) throws -> ProcessProgram {
    try ProcessProgram(["query", "--data-dir", folder.path("data"), "--timeout", "600"] + words, in: folder)
  }

  /// State and parent of a process as the system tells them; nil when it is gone.
  private func process(_ pid: Int32) -> (state: Substring, parent: Int32?)? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
      let rest = String(decoding: data, as: UTF8.self).components(separatedBy: ") ").last
    else { return nil }
    let fields = rest.split(separator: " ")
    return fields.count > 1 ? (fields[0], Int32(fields[1])) : nil
  }

  /// The process that answers for another one.
  private func worker(of parent: Int32) throws -> Int32 {
    while true {
      for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
        guard let pid = Int32(name), let found = process(pid), found.parent == parent,
          let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
          String(decoding: words, as: UTF8.self).contains("query-worker")
        else { continue }
        return pid
      }
      guard kill(parent, 0) == 0 else {
        throw ProcessProgram.Failure(description: "\(parent) is gone without a worker")
      }
      usleep(2_000)
    }
  }

  /// One that nobody has waited for yet is gone as well.
  private func isGone(_ pid: Int32) -> Bool { process(pid).map { $0.state == "Z" || $0.state == "X" } ?? true }

  private func waitUntilGone(_ pid: Int32) { while !isGone(pid) { usleep(2_000) } }

  private var leftovers: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasPrefix("out.") }
    }
  }

  @Test func aKilledQueryTakesItsProcessAlong() throws {
    try database()
    let program = try query(Self.long)
    let worker = try worker(of: program.pid)
    program.signal(SIGKILL)
    waitUntilGone(worker)
    #expect(throws: ProcessProgram.Failure.self) { try program.outcome() }
  }

  @Test func aKilledServerTakesItsQueryAlong() throws {
    let (server, port) = try serve()
    let asker = try query(Self.long, "--url", "http://127.0.0.1:\(port)")
    let worker = try worker(of: server.pid)
    server.signal(SIGKILL)
    waitUntilGone(worker)
    let outcome = try asker.outcome()
    #expect(outcome.code == 4 && outcome.errors.contains("does not answer"), "\(outcome.errors)")
  }

  @Test(arguments: ["out.csv", "out.parquet"], [SIGINT, SIGTERM])
  func aStoppedQuerySaysSoAndLeavesNoFile(_ name: String, _ signal: Int32) throws {
    try database()
    let program = try query(Self.long, "-o", name)
    let worker = try worker(of: program.pid)
    program.signal(signal)
    let outcome = try program.outcome()
    #expect(outcome.code == 130 && outcome.output.isEmpty)
    #expect(outcome.errors == "marketflow: query: stopped before the answer was whole; no file was written\n")
    waitUntilGone(worker)
    #expect(try leftovers == [])
  }

  /// At a server that says nothing at all.
  @Test func aStoppedRequestLeavesNoFileEither() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 1) == 0
          && getsockname(listener, address, &length) == 0
      } ? Int(UInt16(bigEndian: $0.pointee.sin_port)) : 0
    }
    try #require(port > 0)
    let program = try query("SELECT 1", "-o", "out.csv", "--url", "http://127.0.0.1:\(port)")
    let connection = accept(listener, nil, nil)
    defer { close(connection) }
    #expect(connection >= 0)
    #expect(try leftovers == ["out.csv.partial"])
    program.signal(SIGINT)
    let outcome = try program.outcome()
    #expect(outcome.code == 130 && outcome.errors.contains("stopped before the answer was whole"))
    #expect(try leftovers == [])
  }
}
