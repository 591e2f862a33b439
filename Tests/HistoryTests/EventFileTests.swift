import Foundation
import MarketModel
import Testing

@testable import History

@Suite struct EventFileTests {
  private let symbols = ["O:SPY251216C00600000", "SPY"].compactMap { SymbolText($0) }

  private func events(_ count: Int) -> [MarketEvent] {
    InventedDay(rows: count).rows.enumerated().map { $1.event.renumbered(InstrumentID(UInt32($0 % 2))) }
  }

  private func write(_ events: [MarketEvent], _ path: String, after length: Int64 = 0) throws -> EventFileSummary {
    let writer = try EventFileWriter(path: path, symbols: symbols, length: length)
    for event in events { try writer.append(event) }
    return try writer.finish()
  }

  private func read(_ path: String, length: Int64? = nil) throws -> [MarketEvent] {
    let reader = try EventFileReader(path: path, length: length)
    #expect(reader.symbols == symbols)
    var events: [MarketEvent] = []
    while let block = try reader.next() { events += block }
    return events
  }

  @Test(arguments: [0, 1, EventFileFormat.blockEvents, 3 * EventFileFormat.blockEvents + 5])
  func everythingComesBack(_ count: Int) throws {
    let folder = try HistoryFolder()
    let events = events(count)
    let summary = try write(events, folder.path("a"))
    #expect(try read(folder.path("a")) == events)
    #expect(summary.trades + summary.quotes == count)
    let reader = try EventFileReader(path: folder.path("a"), hashesContent: true)
    while try reader.next() != nil {}
    #expect(reader.fingerprint == summary.fingerprint)
    #expect(summary.first == events.map(\.storedTime).min() ?? .none)
    #expect(summary.last == events.map(\.storedTime).max() ?? .none)
  }

  @Test func goesOnBehindWhatCounts() throws {
    let folder = try HistoryFolder()
    let events = events(100)
    let first = try write(Array(events[..<60]), folder.path("a"))
    let wrong = try write(Array(events[..<9]), folder.path("a"), after: first.bytes)
    // What was written behind does not count until it is named.
    #expect(try read(folder.path("a"), length: first.bytes) == Array(events[..<60]))
    #expect(wrong.bytes > first.bytes)
    let second = try write(Array(events[60...]), folder.path("a"), after: first.bytes)
    #expect(try read(folder.path("a"), length: second.bytes) == events)
  }

  @Test func aFlippedByteIsRefusedWithWords() throws {
    let folder = try HistoryFolder()
    _ = try write(events(5), folder.path("a"))
    let good = try Data(contentsOf: URL(filePath: folder.path("a")))
    for index in good.indices {
      var bad = good
      bad[index] ^= 0x10
      try bad.write(to: URL(filePath: folder.path("b")))
      let error = #expect(throws: HistoryError.self, "byte \(index)") { try read(folder.path("b")) }
      #expect(error?.kind == .damaged)
      #expect(error?.description.hasPrefix("cache file \(folder.path("b")): ") == true)
    }
  }

  @Test func aCutFileIsRefusedWithWords() throws {
    let folder = try HistoryFolder()
    let summary = try write(events(5), folder.path("a"))
    let good = try Data(contentsOf: URL(filePath: folder.path("a")))
    for length in 0..<good.count {
      try good[..<length].write(to: URL(filePath: folder.path("b")))
      let error = #expect(throws: HistoryError.self, "\(length) bytes") {
        try read(folder.path("b"), length: summary.bytes)
      }
      #expect(error?.kind == .damaged)
    }
    #expect(throws: HistoryError.self) { try read(folder.path("nothing")) }
    #expect(throws: HistoryError.self) { try write(events(1), folder.path("b"), after: 10_000) }
  }

  /// A block that was good at another place is not taken for this place's.
  @Test func aMovedBlockIsRefused() throws {
    let folder = try HistoryFolder()
    let first = try write(events(5), folder.path("a"))
    let header = EventFileFormat.header(symbols).count
    let good = try Data(contentsOf: URL(filePath: folder.path("a")))
    try (good + good[header...]).write(to: URL(filePath: folder.path("b")))
    #expect(try read(folder.path("b"), length: first.bytes).count == 5)
    #expect(throws: HistoryError.self) { try read(folder.path("b")) }
  }
}
