import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Feeds

/// Recorded vendor frames through decoder and engine, against a count of their own by another parser.
@Suite struct RecordedSampleTests {
  static let options = "polygon/options_SPY240621C00500000_2024-06-14.ws.jsonl"
  static let stocks = "polygon/stocks_AAPL_2024-01-02_open5s.ws.jsonl.gz"
  static var folder: URL {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["MARKETFLOW_REFERENCE_DATA"].map { URL(filePath: $0) }
      ?? root.deletingLastPathComponent().appending(path: "shared/data")
  }
  static func path(_ name: String) -> String { folder.appending(path: name).path }
  static func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  struct Outcome {
    var prints: [LabeledPrint] = []
    var counters = FlowCounters()
    var decoded = DecodeCounters()
    /// The same prints by JSONSerialization: price text as decimal, sizes, facilities.
    var count = 0
    var size: Int64 = 0
    var value = Decimal()
    var facilityPrints = 0
  }

  static func run(_ name: String) throws -> Outcome {
    let instruments = InstrumentTable(capacity: 64)
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    var outcome = Outcome()
    var reader = FeedReader(
      source: try ReplayFile(path: path(name), instruments: instruments), instruments: instruments)
    while try reader.next() {
      engine.process(reader.batch.events, into: &outputs)
      for output in outputs.outputs { if case .print(let print) = output { outcome.prints.append(print) } }
      outputs.removeAll()
    }
    outcome.counters = engine.counters
    outcome.decoded = reader.decoder.counters

    var lines = try ReplayFile(path: path(name), instruments: InstrumentTable(capacity: 8))
    while case .frame(let line) = try lines.next() {
      guard let events = try JSONSerialization.jsonObject(with: Data(line)) as? [[String: Any]] else { continue }
      for event in events where event["ev"] as? String == "T" {
        let size = (event["s"] as? NSNumber)?.int64Value ?? 0
        outcome.count += 1
        outcome.size += size
        let price = Decimal(string: (event["p"] as? NSNumber)?.stringValue ?? "") ?? 0
        outcome.value += price * Decimal(size)
        if event["trfi"] != nil { outcome.facilityPrints += 1 }
      }
    }
    return outcome
  }

  static func micros(_ value: Decimal, multiplier: Int) -> Int64 {
    NSDecimalNumber(decimal: value * Decimal(multiplier) * 1_000_000).int64Value
  }

  @Test(.enabled(if: isThere(options), "no recorded option frames (MARKETFLOW_REFERENCE_DATA or ../shared/data)"))
  func optionPrintsMostlyMultiLeg() throws {
    let outcome = try Self.run(Self.options)
    #expect(outcome.prints.count == 98)
    #expect(outcome.count == 98)
    #expect(outcome.prints.count { $0.method == .multiLeg && $0.side == .unknown } == 77)
    #expect(outcome.prints.reduce(0) { $0 + Int64($1.trade.size) } == outcome.size)
    #expect(outcome.prints.reduce(0) { $0 + $1.premiumMicros } == Self.micros(outcome.value, multiplier: 100))
    #expect(outcome.decoded.badEvents == 0)
    #expect(outcome.decoded.badFrames == 0)
  }

  @Test(.enabled(if: isThere(stocks), "no recorded stock frames (MARKETFLOW_REFERENCE_DATA or ../shared/data)"))
  func stockPrintsOfTheOpen() throws {
    let outcome = try Self.run(Self.stocks)
    #expect(outcome.prints.count == 8192)
    #expect(outcome.count == 8192)
    #expect(outcome.prints.count { $0.flags.contains(.offExchange) } == 1533)
    #expect(outcome.facilityPrints == 1533)
    #expect(outcome.prints.reduce(0) { $0 + Int64($1.trade.size) } == outcome.size)
    #expect(outcome.prints.reduce(0) { $0 + $1.premiumMicros } == Self.micros(outcome.value, multiplier: 1))
    #expect(outcome.decoded.badEvents == 0)
    for side in AggressorSide.allCases {
      let prints = outcome.prints.filter { $0.side == side }
      let shares = prints.reduce(0) { $0 + Int64($1.trade.size) }
      print("AAPL \(side): \(prints.count) prints, \(shares) of \(outcome.size) shares")
    }
    for method in LabelMethod.allCases where outcome.counters.byMethod[Int(method.rawValue)] > 0 {
      print("AAPL \(method): \(outcome.counters.byMethod[Int(method.rawValue)])")
    }
  }
}
