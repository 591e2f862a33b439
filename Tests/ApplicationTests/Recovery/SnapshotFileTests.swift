import Feeds
import FlowEngine
import Foundation
import MarketModel
import Storage
import Testing

@testable import Application

/// Snapshots on the disk.
@Suite struct SnapshotFileTests {
  private let day = MarketDate(daysSinceEpoch: 20_000)

  private func snapshot(events: Int64) throws -> EngineSnapshot {
    let instruments = InstrumentTable(capacity: 16)
    let stock = try #require(instruments.intern("SPY"))
    var standing = LiveStanding(highestGap: 9)
    let trade = Trade(time: Timestamp(seconds: 1_750_000_000), price: Price(cents: 100), instrument: stock, size: 1)
    [MarketEvent.trade(trade)].withUnsafeBufferPointer {
      standing.note($0, receivedNanoseconds: 5, instruments: instruments)
    }
    return EngineSnapshot(
      day: day, events: events, before: IngestPosition(prints: 4, cancellations: 1),
      position: IngestPosition(prints: 12, cancellations: 3), standing: standing,
      cancellationsCounted: 2, state: SnapshotBytes([1, 2, 3, 4, 5]))
  }

  @Test func itComesBackAsItWas() throws {
    let saved = try snapshot(events: 77)
    let bytes = SnapshotFile.encode(saved, fingerprint: "program")
    let found = try #require(SnapshotFile.decode(bytes, fingerprint: "program"))
    #expect(
      found.day == saved.day && found.events == 77 && found.before == saved.before && found.position == saved.position)
    #expect(found.standing == saved.standing && found.cancellationsCounted == 2)
    #expect(found.state.bytes == saved.state.bytes)
    #expect(SnapshotFile.decode(bytes, fingerprint: "another") == nil)
  }

  @Test func whatIsNotWholeIsNone() throws {
    let saved = try snapshot(events: 77)
    let bytes = SnapshotFile.encode(saved, fingerprint: "program")
    for count in 0..<bytes.count { #expect(SnapshotFile.decode(Array(bytes[..<count]), fingerprint: "program") == nil) }
    // The engine's own bytes are the engine's to check; all others are looked at here.
    for index in 0..<bytes.count - saved.state.bytes.count {
      var damaged = bytes
      damaged[index] ^= 0x10
      #expect(SnapshotFile.decode(damaged, fingerprint: "program") == nil)
    }
  }

  @Test func theNewestTwoAreKept() throws {
    let folder = try ProcessFolder()
    let path = folder.path("\(day)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let files = SnapshotFiles(directory: folder.url.path, fingerprint: "program")
    #expect(files.snapshots(of: day).isEmpty)
    for events in [5, 30, 200] as [Int64] { try files.save(try snapshot(events: events)) }
    #expect(files.snapshots(of: day).map(\.events) == [200, 30])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 2)
    // One that cannot be read is as if it were not there.
    try Data([1, 2, 3]).write(to: URL(filePath: path + "/snapshot-900.bin"))
    #expect(files.snapshots(of: day).map(\.events) == [200, 30])
    #expect(files.snapshots(of: MarketDate(daysSinceEpoch: 1)).isEmpty)
    #expect(throws: SnapshotFileError.self) {
      var elsewhere = try snapshot(events: 1)
      elsewhere.day = MarketDate(daysSinceEpoch: 1)
      try files.save(elsewhere)
    }
  }
}
