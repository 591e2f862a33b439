import Foundation
import MarketModel

@testable import FlowEngine
@testable import Storage

/// A folder of its own for each test, gone afterwards.
final class TemporaryFolder {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "marketflow-storage-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("temporary folder \(path) stays: \(error)") }
  }
  var file: String { path + "/flow.duckdb" }
}

/// A deterministic stream of outputs over a few instruments.
struct OutputStream {
  let instruments = InstrumentTable(capacity: 1000)
  let contracts: [InstrumentID]
  let spy: InstrumentID
  /// 2024-06-14 13:30:00 UTC.
  static let open = Timestamp(seconds: 1_718_371_800)

  /// Runs have blocks of 2^36 ids.
  static func firstID(ofRun run: Int64) -> Int64 { run * 68_719_476_736 + 1 }

  init() throws {
    spy = try required(instruments.intern("SPY"))
    var ids: [InstrumentID] = []
    for symbol in ["O:SPY240621C00500000", "O:SPY240621P00500000", "O:QQQ240621C00440500"] {
      ids.append(try required(instruments.intern(symbol)))
    }
    contracts = ids
  }

  /// - Parameter place: the engine's number, when it is not the one that everything else is made from.
  func print(_ number: Int64, place: Int64? = nil, contract: Int? = nil, injected: Bool = false) -> LabeledPrint {
    let index = contract ?? Int(number % 3)
    let trade = Trade(
      time: OutputStream.open.adding(nanoseconds: number * 1_000_001), price: Price(micros: 1_230_000 + number),
      sequence: number * 10, conditions: ConditionSet(vendorID: 209), instrument: contracts[index],
      size: UInt32(number % 50 + 1), venue: VenueID(302), reportingFacility: 0, flags: injected ? .injected : [])
    return LabeledPrint(
      number: place ?? number, trade: trade, bid: Price(micros: 1_200_000), ask: Price(micros: 1_300_000),
      quoteTime: trade.time.adding(nanoseconds: -5_000_000),
      premiumMicros: trade.price.micros * Int64(trade.size) * 100, deltaNanos: 512_345_678, gammaNanos: 12_345_678,
      underlyingPrice: Price(micros: 543_210_000), sweepID: UInt32(number % 4),
      side: AggressorSide.allCases[Int(number % 4)], method: .atOrAboveAsk,
      flags: injected ? [.injected] : (number % 10 == 0 ? [.block] : []))
  }

  func bar(_ minute: Int64, contract: Int = 0, volume: Int64 = 7) -> MinuteBar {
    MinuteBar(
      instrument: contracts[contract], minute: OutputStream.open.adding(nanoseconds: minute * 60_000_000_000),
      open: Price(cents: 123), high: Price(cents: 130), low: Price(cents: 120), close: Price(cents: 125), trades: 3,
      volume: volume, premiumMicros: volume * 125_000_000, buyVolume: 4, sellVolume: 2)
  }

  /// Prints 1...count with a minute bar after every hundredth, and an incident at each end.
  func outputs(prints count: Int64) -> [FlowOutput] {
    var outputs: [FlowOutput] = [
      .sessionReset(SessionReset(session: marketDay(of: OutputStream.open), time: OutputStream.open)),
      .incident(FeedIncident(kind: .connected, time: OutputStream.open)),
    ]
    for number in 1...count {
      outputs.append(.print(print(number)))
      if number % 100 == 0 { outputs.append(.minuteBar(bar(number / 100))) }
    }
    outputs.append(.incident(FeedIncident(kind: .ended, time: OutputStream.open)))
    return outputs
  }
}

struct MissingValue: Error {}

func required<T>(_ value: T?) throws -> T {
  guard let value else { throw MissingValue() }
  return value
}

extension StoreWriter {
  /// Offers everything, again and again where the queue was full.
  func offerAll(_ outputs: [FlowOutput]) {
    outputs.withUnsafeBufferPointer { all in
      var rest = all[...]
      while !rest.isEmpty {
        let taken = offer(UnsafeBufferPointer(rebasing: rest))
        rest = rest.dropFirst(taken)
        if taken == 0 { _ = drain(timeoutMilliseconds: 1000) }
      }
    }
  }

  /// Likewise, but full batches alone are committed. Starts the writer, reserved before, once so many outputs wait.
  func offerWithoutDraining(_ outputs: [FlowOutput], startAt count: Int) {
    offerAll(Array(outputs[..<count]))
    start()
    outputs[count...].withUnsafeBufferPointer { later in
      var rest = later[...]
      while !rest.isEmpty {
        rest = rest.dropFirst(offer(UnsafeBufferPointer(rebasing: rest)))
        sched_yield()
      }
    }
  }
}

extension Connection {
  /// One row of text for each row of a query, columns joined by `|`, as people would read them.
  func rows(_ sql: String) throws -> [String] {
    var rows: [String] = []
    try query("SELECT concat_ws('|', *COLUMNS(*)) FROM (\(sql))") { chunk in
      for row in 0..<chunk.count { rows.append(chunk.text(0, row) ?? "") }
    }
    return rows
  }
}

extension Store {
  func rows(_ sql: String) throws -> [String] { try database.connect().rows(sql) }

  func integer(_ sql: String) throws -> Int64? { try database.connect().integer(sql) }
}
