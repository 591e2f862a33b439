import Foundation
import MarketModel
import Testing

@testable import History

@Suite struct MergeTests {
  private func store(_ rows: [InventedDay.Row], in folder: HistoryFolder) throws -> DayWriter {
    let writer = try DayWriter(folder.cache.folder(InventedDay.date))
    for (symbol, rows) in Dictionary(grouping: rows, by: \.symbol) {
      for content in HistoryManifest.Content.allCases {
        let events = rows.map(\.event).filter { event in
          if case .trade = event { content == .trades } else { content == .quotes }
        }
        let page = DayWriter.Page(events: events, state: .complete, source: "test", fetched: .none)
        try writer.append(page, symbol, content)
      }
    }
    try writer.save()
    return writer
  }

  /// One stretch in memory, many files, more files than may be open at once: the same day.
  @Test(arguments: [1 << 20, 1_000, 7])
  func anyNumberOfRunsGivesTheSameDay(_ runEvents: Int) throws {
    let folder = try HistoryFolder()
    let invented = InventedDay(rows: 2_000)
    let writer = try store(invented.rows.shuffled(), in: folder)
    #expect(2_000 / 7 > EventSorter.mostOpenRuns)
    try DayMerge.run(writer, runEvents: runEvents)
    let day = try #require(try folder.cache.day(InventedDay.date))
    #expect(try day.rows() == invented.rows)
    let other = try HistoryFolder()
    try DayMerge.run(try store(invented.rows, in: other), runEvents: 1 << 16)
    #expect(try other.cache.day(InventedDay.date)?.fingerprint == day.fingerprint)
    // What it needed meanwhile is gone.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.cache.folder(InventedDay.date).path)
    #expect(Set(names) == ["manifest.json", "lock", "contracts", "day-1.events"])
  }

  @Test func quotesComeBeforeTradesOfTheSameTime() throws {
    let time = Timestamp(newYork: InventedDay.date, hour: 10)
    func trade(_ sequence: Int64, _ time: Timestamp = time) -> MarketEvent {
      .trade(Trade(time: time, price: Price(cents: 5), sequence: sequence, instrument: InstrumentID(0), size: 1))
    }
    func quote(_ sequence: Int64, _ time: Timestamp = time) -> MarketEvent {
      .quote(
        Quote(
          time: time, bid: Price(cents: 1), ask: Price(cents: 2), sequence: sequence, instrument: InstrumentID(0)))
    }
    let before = time.adding(nanoseconds: -1)
    let rows = [
      ("A", trade(9, before)), ("B", quote(1)), ("A", quote(2)), ("A", quote(7)), ("B", quote(7)), ("B", trade(1)),
      ("A", trade(3)), ("B", trade(3)), ("A", quote(1, time.adding(nanoseconds: 1))),
    ].map { InventedDay.Row(symbol: $0.0, event: $0.1) }
    let folder = try HistoryFolder()
    try DayMerge.run(try store(rows.reversed(), in: folder))
    #expect(try folder.cache.day(InventedDay.date)?.rows() == rows)
  }

  @Test func aDamagedContractIsNotMerged() throws {
    let folder = try HistoryFolder()
    let writer = try store(InventedDay(rows: 100).rows, in: folder)
    let path = writer.folder.stream("O:SPY251216C00600000", .trades)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: HistoryError.self) { try DayMerge.run(writer) }
    #expect(error?.kind == .damaged && error?.description.contains(path) == true)
    let verification = try folder.cache.verify(InventedDay.date)
    #expect(verification.complaints.count == 1 && verification.complaints[0].contains("not those that were written"))
  }

  @Test func aDamagedManifestIsRefusedWithWords() throws {
    let folder = try HistoryFolder()
    let path = folder.cache.folder(InventedDay.date).manifest
    try store(InventedDay(rows: 10).rows, in: folder).save()
    let good = try String(contentsOfFile: path, encoding: .utf8)
    let damages = [
      ("", "0 bytes that are no manifest"), (String(good.dropLast(5)), "that are no manifest"),
      (good.replacing("\"version\":1", with: "\"version\":7"), "has version 7, this program knows 1"),
      (good.replacing("2025-12-16", with: "2025-12-17"), "speaks of 2025-12-17"),
    ]
    for (text, words) in damages {
      try Data(text.utf8).write(to: URL(filePath: path))
      let error = #expect(throws: HistoryError.self) { try folder.cache.day(InventedDay.date) }
      #expect(error?.kind == .damaged && error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(try folder.cache.day(InventedDay.date.adding(days: 1)) == nil)
  }

  @Test func theManifestSaysItAllAgain() throws {
    let folder = try HistoryFolder()
    let writer = try store(InventedDay(rows: 50).rows, in: folder)
    try DayMerge.run(writer)
    try writer.change { manifest in
      manifest.listings["SPY"] = HistoryManifest.Listing(contracts: 3, fetched: "now", isFinal: true)
      manifest.contracts["O:\"odd\""] = HistoryManifest.Contract()
      manifest.contracts["O:\"odd\""]?.trades.resume = HistoryManifest.ResumePoint(nanoseconds: 5, rows: 2)
      manifest.parts.append(
        HistoryManifest.Part(
          file: "flat-1.events", content: .quotes, rows: 1, bytes: 2, source: "a.csv", sourceFingerprint: "f",
          fetched: "now", underlyings: ["SPY"]))
    }
    try writer.save()
    #expect(try folder.cache.manifest(InventedDay.date) == writer.manifest)
  }
}
