import Foundation
import Journal
import Logging
import MarketModel
import Storage
import Testing

@testable import Application

#if canImport(Glibc)
  import Glibc
#endif

/// `serve` is ended in the middle of a stream, without a word, and started again.
@Suite(.serialized) struct ProcessKillTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func serve(_ vendor: Int) throws -> ProcessProgram {
    try ProcessProgram(
      ["serve", "--provider", "polygon", "--endpoint", "http://127.0.0.1:\(vendor)", "--port", "0"]
        + ["--data-dir", folder.path("data")], in: folder)
  }

  /// Reads states until the journal and the live feed say something; returns events recorded of the day so far.
  private func recorded(_ product: ProcessProgram, until isWanted: ([String: Any], [String: Any]) -> Bool) throws -> Int
  {
    let port = try product.port()
    let stream = try ProcessClient(port: port)
    try stream.listen()
    let reader = try ProcessClient(port: port)
    var events = 0
    try stream.state { _ in
      let health = try reader.health()
      guard let journal = health["journal"] as? [String: Any], let live = health["live"] as? [String: Any],
        isWanted(journal, live)
      else { return false }
      events = (journal["recorded_before"] as? Int ?? 0) + (journal["appended"] as? Int ?? 0)
      return true
    }
    return events
  }

  private func isCalm(_ live: [String: Any], gaps wanted: Int) -> Bool {
    let gaps = live["gaps"] as? [String: Any]
    let states = (live["sockets"] as? [[String: Any]] ?? []).map { $0["state"] as? String }
    return gaps?["open"] as? Int == 0 && gaps?["found"] as? Int ?? 0 >= wanted && states == ["streaming", "streaming"]
  }

  @Test func everythingRecordedIsThereAndEveryPrintIsStoredOnce() throws {
    let vendor = try ProcessProgram(["simulate", "--port", "0", "--demo-intensity", "0.5"], in: folder)
    let vendorPort = try vendor.port()
    var known = 0
    for life in 0..<3 {
      let product = try serve(vendorPort)
      let found = try recorded(product) { journal, _ in
        journal["recorded_before"] as? Int ?? -1 >= known && journal["appended"] as? Int ?? 0 > 1_000 + 500 * life
      }
      #expect(found > known)
      known = found
      product.signal(SIGKILL)
      #expect(throws: ProcessProgram.Failure.self) { try product.outcome() }
    }
    let product = try serve(vendorPort)
    // The time it was down is a gap of each stream, and history has filled it.
    let total = try recorded(product) { _, live in isCalm(live, gaps: 2) }
    #expect(total > known)
    product.signal(SIGTERM)
    let outcome = try product.outcome()
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("playing what was recorded"))
    #expect(outcome.errors.contains("interrupted run goes on"))
    let played = try PlayedPrint.all(at: vendorPort)
    vendor.signal(SIGTERM)
    #expect(try vendor.outcome().code == 0)

    let stored = try PlayedPrint.stored(at: folder.path("data/marketflow.duckdb"))
    let counts = Dictionary(stored.map { ($0.key, 1) }, uniquingKeysWith: +)
    #expect(counts.values.allSatisfy { $0 == 1 })
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

  /// Segments of some days' recording, the first of which is damaged in its middle, or the last.
  @Test(arguments: [0, 2]) func aDamagedJournalIsRefusedInWords(segment damaged: Int) throws {
    let market = try RecordedMarket()
    var options = market.settings.journal.options(
      directory: market.folder.path("data/journal"), source: try #require(market.source.journalSource))
    options.segmentBytes = 40_000
    do {
      let journal = try Journal(options, log: Log(minimumLevel: .critical))
      var appender = try journal.makeAppender(instruments: market.instruments)
      for batch in try market.batches(600) {
        batch.withUnsafeBufferPointer { appender.append($0, receivedNanoseconds: 1) }
      }
      // Not started: nothing is packed, and the last segment stays open.
      journal.close()
    }
    let day = try #require(try JournalArchive(directory: options.directory).days().first)
    #expect(day.segments > 2)
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(options.directory)/\(day.date)").sorted()
    let file = URL(filePath: "\(options.directory)/\(day.date)/\(files[damaged == 0 ? 0 : files.count - 1])")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0x40
    try bytes.write(to: file)
    let outcome = try ProcessProgram(
      ["serve", "--provider", "polygon", "--endpoint", RecordedMarket.endpoint, "--port", "0"]
        + ["--data-dir", market.folder.path("data")], in: market.folder
    ).outcome()
    #expect(outcome.code == 5, "\(outcome.errors)")
    #expect(outcome.errors.contains("journal file"))
    #expect(outcome.errors.contains("is damaged at byte"))
    #expect(outcome.errors.contains("move the day's folder away"))
  }

  @Test func aSecondProcessWithoutAStoreIsRefusedByTheJournal() throws {
    let vendor = try ProcessProgram(["simulate", "--port", "0", "--demo-intensity", "0.2"], in: folder)
    let words = ["serve", "--provider", "polygon", "--endpoint", "http://127.0.0.1:\(try vendor.port())", "--no-store"]
    let all = words + ["--port", "0", "--data-dir", folder.path("data")]
    let first = try ProcessProgram(all, in: folder)
    _ = try first.port()
    let second = try ProcessProgram(all, in: folder).outcome()
    #expect(second.code == 1)
    #expect(second.errors.contains("is being written by another process"))
    first.signal(SIGTERM)
    #expect(try first.outcome().code == 0)
    vendor.signal(SIGTERM)
    _ = try vendor.outcome()
  }
}
