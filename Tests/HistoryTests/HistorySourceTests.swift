import Feeds
import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import History

@Suite struct HistorySourceTests {
  private let invented = InventedDay(rows: 12_000)
  private let folder: HistoryFolder
  private let day: HistoryDay

  init() throws {
    folder = try HistoryFolder()
    for content in HistoryManifest.Content.allCases {
      let path = try folder.write(invented.flatFile(content), as: "\(content.rawValue).csv")
      _ = try FlatFileImport(cache: folder.cache, options: FlatFileImport.Options(path: path)).run()
    }
    day = try #require(try folder.cache.day(InventedDay.date))
  }

  @Test func everythingInOrder() throws {
    #expect(try day.rows() == invented.rows)
    #expect(day.first == invented.rows[0].event.storedTime && day.summary == "cache 2025-12-16")
  }

  /// The cache's order makes the engine say what the day's rows in order make it say.
  @Test func theEngineIsToldTheSame() throws {
    func digest(_ play: (InstrumentTable, (MarketEvent) -> Void) throws -> Void) throws -> (UInt64, Int64) {
      let instruments = InstrumentTable(capacity: 1 << 10)
      var engine = FlowEngine(instruments: instruments)
      var outputs = OutputBuffer()
      try play(instruments) { engine.process($0, into: &outputs) }
      return (engine.stateDigest(), engine.counters.sideBuy + engine.counters.sideSell)
    }
    let direct = try digest { instruments, process in
      for row in invented.rows {
        let id = try #require(instruments.intern(row.symbol))
        process(row.event.renumbered(id))
      }
    }
    let cached = try digest { instruments, process in
      var source = try day.makeSource(instruments: instruments)
      while case .events(let events) = try source.next() { for event in events { process(event) } }
    }
    #expect(direct.0 == cached.0 && direct.1 == cached.1 && cached.1 > 0)
  }

  @Test func theFeedReaderTakesIt() throws {
    let instruments = InstrumentTable(capacity: 1 << 10)
    var reader = FeedReader(source: try day.makeSource(instruments: instruments), instruments: instruments)
    var rows = 0
    var clocks = 0
    while try reader.next() {
      for event in reader.batch.events {
        switch event {
        case .trade, .quote: rows += 1
        case .clock: clocks += 1
        default: break
        }
      }
    }
    #expect(rows == invented.rows.count && clocks > 1_000)
    #expect(reader.source.bytesRead == reader.source.totalBytes)
  }

  @Test func damageWhileItPlaysIsSaid() throws {
    let file = folder.cache.folder(InventedDay.date).file(try #require(day.manifest.merged?.file))
    var bytes = try Data(contentsOf: URL(filePath: file))
    bytes[bytes.count - 9] ^= 1
    try bytes.write(to: URL(filePath: file))
    var source = try day.makeSource(instruments: InstrumentTable(capacity: 1 << 10))
    let error = #expect(throws: FrameSourceError.self) { while case .events = try source.next() {} }
    #expect(error?.description.contains(file) == true)
    let verification = try folder.cache.verify(InventedDay.date)
    #expect(verification.complaints.count == 1)
  }

  @Test func aTableWithoutRoomIsSaid() throws {
    let error = #expect(throws: FrameSourceError.self) {
      var source = try day.makeSource(instruments: InstrumentTable(capacity: 2))
      while case .events = try source.next() {}
    }
    #expect(error?.description.contains("no room") == true)
  }
}
