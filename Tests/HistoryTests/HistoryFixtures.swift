import CZlib
import Feeds
import Foundation
import Logging
import MarketModel
import Simulator
import Synchronization
import Testing

@testable import History

/// A folder that goes away with this object.
final class HistoryFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "marketflow-history-\(UUID().uuidString)")
  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit {
    do { try FileManager.default.removeItem(at: url) } catch { print("left behind: \(url.path): \(error)") }
  }
  func path(_ name: String) -> String { url.appending(path: name).path }
  var cache: HistoryCache { HistoryCache(HistoryOptions(directory: path("cache"))) }

  func write(_ text: String, as name: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return path(name)
  }
}

/// Trades and quotes of one day, invented: the same numbers each time.
struct InventedDay {
  /// Tuesday.
  static let date = MarketDate("2025-12-16") ?? MarketDate(daysSinceEpoch: 0)
  static let options = [
    "O:QQQ251216P00500000", "O:SPY251216C00600000", "O:SPY251216C00601000", "O:SPY251216P00600000",
    "O:SPY260116C00650000",
  ]
  /// Listed, and nobody trades it.
  static let silent = "O:SPY251219C00999000"

  /// One trade or quote; the symbol stands for the instrument, whose number is 0.
  struct Row: Hashable, CustomStringConvertible {
    var symbol: String
    var event: MarketEvent
    var description: String { "\(symbol) \(event)" }
  }

  /// In the order of the day.
  var rows: [Row]

  /// - Parameter count: rows from 10:00 New York on, eight a second, several at the same millisecond.
  init(rows count: Int) {
    let start = Timestamp(newYork: InventedDay.date, hour: 10).milliseconds
    var seed: UInt64 = 42
    func random(_ below: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % below
    }
    rows = []
    for index in 0..<count {
      let time = Timestamp(milliseconds: start + Int64(index / 4) * 500)
      let symbol = index % 16 == 15 ? "SPY" : InventedDay.options[random(InventedDay.options.count)]
      let micros = Int64(random(400) + 100) * 10_000
      if symbol == "SPY" || random(3) == 0 {
        rows.append(
          Row(
            symbol: symbol,
            event: .trade(
              Trade(
                time: time, price: Price(micros: micros), sequence: Int64(index + 1), instrument: InstrumentID(0),
                size: UInt32(random(50) + 1), venue: VenueID(symbol == "SPY" ? 11 : 302)))))
      } else {
        rows.append(
          Row(
            symbol: symbol,
            event: .quote(
              Quote(
                time: time, bid: Price(micros: micros), ask: Price(micros: micros + 50_000),
                sequence: Int64(index + 1), instrument: InstrumentID(0), bidSize: UInt32(random(90)),
                askSize: UInt32(random(90)), bidVenue: VenueID(302), askVenue: VenueID(309)))))
      }
    }
    rows = InventedDay.ordered(rows)
  }

  func count(_ wanted: (Row) -> Bool) -> Int { rows.count(where: wanted) }

  /// By time, quotes first, sequence, symbol.
  static func ordered(_ rows: [Row]) -> [Row] {
    func key(_ row: Row) -> (Int64, Int, Int64, String) {
      switch row.event {
      case .trade(let trade): (trade.time.nanoseconds, 1, trade.sequence, row.symbol)
      case .quote(let quote): (quote.time.nanoseconds, 0, quote.sequence, row.symbol)
      default: (0, 0, 0, "")
      }
    }
    return rows.sorted { key($0) < key($1) }
  }

  // MARK: As files

  /// Frames of the vendor's sockets, one a line.
  func frames() -> String {
    // The silent contract is known by a bar of it.
    var lines = [
      """
      [{"ev":"AM","sym":"\(InventedDay.silent)","v":0,"av":0,"op":1,"vw":1,"o":1,"c":1,"h":1,"l":1,"a":1,"z":1,\
      "s":1765897140000,"e":1765897200000}]
      """
    ]
    for row in rows {
      switch row.event {
      case .trade(let trade):
        lines.append(
          """
          [{"ev":"T","sym":"\(row.symbol)","x":\(trade.venue.rawValue),"p":\(trade.price),"s":\(trade.size),"c":[],\
          "t":\(trade.time.milliseconds),"q":\(trade.sequence)\(row.symbol == "SPY" ? #","i":"1","z":1"# : "")}]
          """)
      case .quote(let quote):
        lines.append(
          """
          [{"ev":"Q","sym":"\(row.symbol)","bx":302,"ax":309,"bp":\(quote.bid),"ap":\(quote.ask),"bs":\(quote.bidSize),\
          "as":\(quote.askSize),"t":\(quote.time.milliseconds),"q":\(quote.sequence)}]
          """)
      default: break
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A flat file: by ticker, then time.
  func flatFile(_ content: HistoryManifest.Content) -> String {
    var lines: [String] = []
    for row in rows.sorted(by: { $0.symbol < $1.symbol }) {
      switch row.event {
      case .trade(let trade) where content == .trades:
        lines.append(
          "\(row.symbol),,0,\(trade.venue.rawValue),\(trade.price),\(trade.time.nanoseconds),\(trade.size),\(trade.sequence)"
        )
      case .quote(let quote) where content == .quotes:
        lines.append(
          "\(row.symbol),309,\(quote.ask),\(quote.askSize),302,\(quote.bid),\(quote.bidSize),\(quote.sequence),"
            + "\(quote.time.nanoseconds)")
      default: break
      }
    }
    let header =
      content == .trades
      ? "ticker,conditions,correction,exchange,price,sip_timestamp,size,sequence_number"
      : "ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp"
    return ([header] + lines).joined(separator: "\n") + "\n"
  }
}

extension HistoryDay {
  /// Everything that a replay hands out, in order.
  func rows() throws -> [InventedDay.Row] {
    let instruments = InstrumentTable(capacity: 1 << 10)
    var source = try makeSource(instruments: instruments)
    var rows: [InventedDay.Row] = []
    while case .events(let events) = try source.next() {
      for event in events {
        rows.append(
          InventedDay.Row(
            symbol: instruments[event.storedInstrument].symbol.description, event: event.renumbered(InstrumentID(0))))
      }
    }
    return rows
  }
}

/// A vendor that has played a day to its end.
final class PlayedVendor {
  let simulator: Simulator
  private let folder: HistoryFolder
  static let key = "a-key-of-the-tests"

  init(_ day: InventedDay, change: (inout SimulatorOptions) -> Void = { _ in }) async throws {
    folder = try HistoryFolder()
    let tape = try folder.write(day.frames(), as: "tape.ndjson")
    var options = SimulatorOptions(tape: .file(path: tape), speed: nil, port: 0, waitsForClients: 0)
    options.quotesKept = 1_000_000
    options.account.keys = [PlayedVendor.key]
    change(&options)
    simulator = try Simulator(options: options, log: Log(minimumLevel: .warning))
    try simulator.start()
    while simulator.summary.status != "ended" { try await Task.sleep(for: .milliseconds(5)) }
  }

  deinit { simulator.stop() }

  func rest(
    key: String = PlayedVendor.key, clock: RESTClock = HistoryClock().clock,
    change: (inout PolygonRESTSettings) -> Void = { _ in }
  ) throws -> PolygonREST {
    var settings = PolygonRESTSettings(key: Secret(key), endpoint: simulator.url)
    settings.rate = RequestRate(requests: 1_000_000, windowNanoseconds: 1_000_000_000)
    change(&settings)
    return try #require(PolygonREST(settings: settings, clock: clock))
  }
}

/// A clock on which every wait is over at once.
final class HistoryClock: Sendable {
  private let wall: Mutex<Timestamp>
  private let waited = Mutex<Int64>(0)

  /// - Parameter wall: what time it is; the evening of the day after unless told otherwise.
  init(wall: Timestamp = Timestamp(newYork: InventedDay.date.adding(days: 1), hour: 18)) { self.wall = Mutex(wall) }

  func set(_ time: Timestamp) { wall.withLock { $0 = time } }
  var waitedNanoseconds: Int64 { waited.withLock { $0 } }

  var clock: RESTClock {
    RESTClock(
      now: { self.waited.withLock { $0 } }, wallNow: { self.wall.withLock { $0.nanoseconds } },
      sleepUntil: { moment in
        try Task.checkCancellation()
        self.waited.withLock { $0 = max($0, moment) }
        await Task.yield()
      }, random: { 1 })
  }
}

func gzipped(_ text: String) -> Data {
  let bytes = Array(text.utf8)
  var stream = z_stream()
  precondition(
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  let count = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return target.count - Int(stream.avail_out)
    }
  }
  return Data(output[..<count])
}

/// What a piece of work failed with; nil when it did not.
func historyError(_ work: () async throws -> some Any) async -> HistoryError? {
  do {
    _ = try await work()
    return nil
  } catch {
    return error as? HistoryError
  }
}
