import Foundation
import MarketModel

@testable import Feeds

/// One event of a demo frame, read by Foundation's JSON reader.
struct DemoEvent: Sendable {
  let kind: String
  let symbol: String
  let time: Int64
  let sequence: Int64
  let conditions: [Int]
  private let numbers: [String: Double]

  init?(_ object: [String: Any]) {
    guard let kind = object["ev"] as? String, let symbol = object["sym"] as? String else { return nil }
    self.kind = kind
    self.symbol = symbol
    time = (object["t"] as? Int64) ?? (object["e"] as? Int64) ?? 0
    sequence = (object["q"] as? Int64) ?? 0
    conditions = object["c"] as? [Int] ?? []
    numbers = object.compactMapValues { $0 as? Double }
  }

  var isOption: Bool { symbol.hasPrefix("O:") }
  var venue: Int { Int(numbers["x"] ?? 0) }
  var size: Int { Int(numbers["s"] ?? 0) }
  func cents(_ key: String) -> Double { ((numbers[key] ?? .nan) * 100 * 1e4).rounded() / 1e4 }
  var premium: Double { cents("p") * Double(size) }
}

/// A stretch of the demo market, kept.
struct DemoRecording: Sendable {
  var events: [DemoEvent] = []
  var references: [ContractReference] = []
  var frameSizes: [Int] = []
  var broken: [String] = []
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  let instruments = InstrumentTable(capacity: 1 << 16)

  /// Tuesday 2025-12-16, 09:30 in New York.
  static let open = Timestamp(seconds: 1_765_895_400)

  static func start(_ hour: Int, _ minute: Int, _ second: Int = 0) -> Timestamp {
    open.adding(nanoseconds: Int64((hour * 60 + minute - 570) * 60 + second) * 1_000_000_000)
  }

  /// Everything up to and not including the first frame that begins at or after `until`.
  init(
    seed: UInt64 = 7, start: Timestamp, until: Timestamp, intensity: Double = 1, symbols: [String] = DemoFeed.symbols,
    parsing: Bool = true
  ) throws {
    var feed = DemoFeed(
      settings: DemoSettings(seed: seed, start: start, intensity: intensity, symbols: symbols), instruments: instruments
    )
    while true {
      switch try feed.next() {
      case .frame(let bytes):
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let data = Data(bytes)
        guard let objects = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
          broken.append(String(decoding: data, as: UTF8.self))
          continue
        }
        let parsed = objects.compactMap { DemoEvent($0) }
        if parsed.count != objects.count || parsed.isEmpty { broken.append(String(decoding: data, as: UTF8.self)) }
        if let first = parsed.first, first.time >= until.milliseconds { return }
        frameSizes.append(parsed.count)
        if parsing { events += parsed }
      case .events(let batch), .recorded(let batch):
        for case .reference(let reference) in batch { references.append(reference) }
      case .idle: continue
      case .end: return
      }
    }
  }
}
