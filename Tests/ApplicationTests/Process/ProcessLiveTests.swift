import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `serve --provider polygon` against `simulate`: two programs, as their user starts them.
@Suite(.serialized) struct ProcessLiveTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func simulate(_ words: String...) throws -> (program: ProcessProgram, port: Int) {
    let program = try ProcessProgram(["simulate", "--port", "0", "--demo-intensity", "0.3"] + words, in: folder)
    return (program, try program.port())
  }

  private func serve(_ vendor: Int, key: String = "good", _ words: String...) throws -> ProcessProgram {
    try ProcessProgram(
      ["serve", "--provider", "polygon", "--endpoint", "http://127.0.0.1:\(vendor)", "--port", "0"]
        + ["--data-dir", folder.path("data")] + words, in: folder, environment: ["POLYGON_API_KEY": key])
  }

  /// Reads states until one's health says something.
  private func waitForLive(_ port: Int, _ isWanted: ([String: Any]) -> Bool) throws -> [String: Any] {
    let stream = try ProcessClient(port: port)
    try stream.listen()
    let reader = try ProcessClient(port: port)
    var found: [String: Any] = [:]
    try stream.state { _ in
      guard let live = try reader.health()["live"] as? [String: Any], isWanted(live) else { return false }
      found = live
      return true
    }
    return found
  }

  @Test func everyPrintOfAFaultyVendorIsStoredOnce() throws {
    let (vendor, port) = try simulate(
      "--key", "good", "--disconnect-every", "3", "--malformed", "0.01", "--duplicates", "0.05", "--late", "0.02",
      "--server-errors", "0.05", "--faults-for", "10")
    let product = try serve(port)
    let page = try product.port()
    // The faults are over by then, and what they cost is being read from history.
    let calm = Date(timeIntervalSinceNow: 14)
    let live = try waitForLive(page) { live in
      let gaps = live["gaps"] as? [String: Any]
      let states = (live["sockets"] as? [[String: Any]] ?? []).map { $0["state"] as? String }
      return Date() > calm && gaps?["open"] as? Int == 0 && gaps?["found"] as? Int ?? 0 > 2
        && states == ["streaming", "streaming"]
    }
    let quoted = (live["sockets"] as? [[String: Any]] ?? []).map { $0["quoted_contracts"] as? Int ?? -1 }
    #expect(quoted.count == 2 && (1...1000).contains(quoted[0]) && quoted[1] == 0)
    product.signal(SIGTERM)
    #expect(try product.outcome().code == 0)
    let played = try PlayedPrint.all(at: port)
    vendor.signal(SIGTERM)
    #expect(try vendor.outcome().code == 0)

    let stored = try PlayedPrint.stored(at: folder.path("data/marketflow.duckdb"))
    let counts = Dictionary(stored.map { ($0.key, 1) }, uniquingKeysWith: +)
    #expect(counts.values.allSatisfy { $0 == 1 })
    // What was played before each socket stood for the first time, and after the last look, proves nothing.
    for isOption in [true, false] {
      let times = stored.filter { $0.key.hasPrefix("O:") == isOption }.map(\.milliseconds)
      let (first, last) = (try #require(times.min()), try #require(times.max()))
      let due = played.filter {
        $0.key.hasPrefix("O:") == isOption && $0.milliseconds > first + 2000 && $0.milliseconds < last - 2000
      }
      #expect(due.count > 50)
      #expect(due.filter { counts[$0.key] == nil }.map(\.key) == [])
    }
  }

  @Test func aWrongKeyIsSaidInWords() throws {
    let wrong = "wr0ng-k3y-5e7a91"
    let (vendor, port) = try simulate("--key", "good")
    let product = try serve(port, key: wrong)
    let reader = try product.port()
    let live = try waitForLive(reader) { live in
      (live["sockets"] as? [[String: Any]] ?? []).allSatisfy { $0["state"] as? String == "refused" }
    }
    let trouble = (live["sockets"] as? [[String: Any]])?.first?["trouble"] as? String ?? ""
    #expect(trouble.contains("authentication failed"))
    let health = try ProcessClient(port: reader).health()
    #expect(health["status"] as? String == "down")
    #expect(!"\(health)".contains(wrong))
    product.signal(SIGTERM)
    let served = try product.outcome()
    #expect(served.errors.contains("the API key was refused"))
    let doctor = try ProcessProgram(
      ["doctor", "--provider", "polygon", "--endpoint", "http://127.0.0.1:\(port)", "--data-dir", folder.path("data")],
      in: folder, environment: ["POLYGON_API_KEY": wrong]
    ).outcome()
    #expect(doctor.code == 1)
    #expect(doctor.output.contains("FAIL vendor:"))
    vendor.signal(SIGTERM)
    let outcomes = [served, doctor, try vendor.outcome()]
    for words in outcomes.flatMap({ [$0.output, $0.errors] }) { #expect(!words.contains(wrong)) }
    let files = try #require(FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: nil))
    for case let file as URL in files {
      // Foundation loses its buffer when it reads a file without a byte, which the leak checker sees.
      guard try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 > 0, !file.hasDirectoryPath else { continue }
      #expect(try Data(contentsOf: file).range(of: Data(wrong.utf8)) == nil, "\(file.lastPathComponent)")
    }
  }
}
