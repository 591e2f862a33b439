import Foundation
import Logging
import MarketModel
import Testing

@testable import FlowEngine
@testable import Lake
@testable import Storage

/// A folder of its own for each test, gone afterwards.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "marketflow-lake-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { print("temporary folder \(path) stays: \(error)") }
  }
}

/// Prints of a few contracts at times of the test's choice; number n is always the same print.
struct Prints {
  /// Friday 2024-06-14, 13:30 UTC: the opening bell.
  static let open = Timestamp(seconds: 1_718_371_800)
  static let friday = MarketDate(year: 2024, month: 6, day: 14) ?? MarketDate(daysSinceEpoch: 0)
  static let monday = MarketDate(year: 2024, month: 6, day: 17) ?? MarketDate(daysSinceEpoch: 0)

  let instruments = InstrumentTable(capacity: 1000)
  let symbols: [InstrumentID]

  init() throws {
    var symbols: [InstrumentID] = []
    for symbol in ["O:SPY240621C00500000", "O:SPY240621P00500000", "O:QQQ240621C00440500", "SPY"] {
      symbols.append(try #require(instruments.intern(symbol)))
    }
    self.symbols = symbols
  }

  func print(_ number: Int64, at time: Timestamp) -> LabeledPrint {
    let trade = Trade(
      time: time, price: Price(micros: 1_230_000 + number % 1_000 * 10_000), sequence: number * 10,
      conditions: ConditionSet(vendorID: 209), instrument: symbols[Int(number % 4)], size: UInt32(number % 50 + 1),
      venue: VenueID(302), reportingFacility: 0, flags: [])
    let hasGreeks = number % 7 != 0
    return LabeledPrint(
      number: number, trade: trade, bid: Price(micros: 1_200_000), ask: Price(micros: 1_300_000),
      quoteTime: number % 5 == 0 ? .none : time.adding(nanoseconds: -5_000_001),
      premiumMicros: trade.price.micros * Int64(trade.size) * 100,
      deltaNanos: hasGreeks ? 512_345_678 + number : ContractReference.unknown,
      gammaNanos: hasGreeks ? 12_345_678 : ContractReference.unknown,
      underlyingPrice: number % 11 == 0 ? .zero : Price(micros: 543_210_000), sweepID: UInt32(number % 4),
      side: AggressorSide.allCases[Int(number % 4)], method: .atOrAboveAsk, flags: number % 10 == 0 ? [.block] : [])
  }

  /// Prints of consecutive numbers, `step` apart from `start` on.
  func outputs(
    _ numbers: ClosedRange<Int64>, from start: Timestamp = Prints.open, stepNanoseconds step: Int64 = 1_000_001
  ) -> [FlowOutput] {
    numbers.map { .print(print($0, at: start.adding(nanoseconds: ($0 - numbers.lowerBound) * step))) }
  }
}

/// A store that is being written, and the lake's work on it, done by the test's own thread.
final class LakeUnderTest {
  let path: String
  let prints: Prints
  let store: Store
  let writer: StoreWriter
  private(set) var loop: LakeLoop
  let status = LakeStatus()
  var options: LakeOptions

  init(
    _ path: String, fingerprint: String = "tape", isJournal: Bool = false,
    _ change: (inout LakeOptions) -> Void = { _ in }
  ) throws {
    self.path = path
    prints = try Prints()
    store = try Store(StoreOptions(path: path + "/flow.duckdb"))
    writer = try store.makeWriter(instruments: prints.instruments)
    _ = try writer.begin(
      IngestSource(source: "tape", fingerprint: fingerprint, resumable: true, includesInjected: isJournal))
    options = LakeOptions(directory: path + "/raw/flow")
    change(&options)
    loop = try LakeUnderTest.makeLoop(options, store, status)
  }

  static func makeLoop(
    _ options: LakeOptions, _ store: Store, _ status: LakeStatus,
    isStoreBusy: @escaping @Sendable () -> Bool = { false }
  ) throws -> LakeLoop {
    try LakeLoop(options, store: store, status: status, isStoreBusy: isStoreBusy, log: Log(minimumLevel: .critical))
  }

  /// The lake begins anew, as after a start, with nothing but what is on the disk.
  func restart() throws { loop = try LakeUnderTest.makeLoop(options, store, status) }

  /// The prints are in the store.
  func add(_ outputs: [FlowOutput]) throws {
    outputs.withUnsafeBufferPointer { all in
      var rest = all[...]
      while !rest.isEmpty {
        rest = rest.dropFirst(writer.offer(UnsafeBufferPointer(rebasing: rest)))
        if !rest.isEmpty { _ = writer.drain(timeoutMilliseconds: 1000) }
      }
    }
    #expect(writer.drain(timeoutMilliseconds: 60_000))
  }

  /// Everything in the store is brought into the lake.
  func flush() throws {
    loop.round(isClosing: true)
    try #require(status.report.error == nil)
  }

  func names(_ day: MarketDate) throws -> [String] { try DiskFolder.names(loop.days.folder.folder(of: day)) }

  func kinds(_ day: MarketDate) -> [PartFacts.Kind] { loop.days.parts(of: day).map(\.facts.kind) }

  var glob: String { "read_parquet('\(path)/raw/flow/*/*/*/flow_part_*.parquet', hive_partitioning = true)" }

  func ask(_ sql: String) throws -> [[SQLCell]] { try store.makeSession().rows(sql) }

  func number(_ sql: String) throws -> Int64 { try #require(try ask(sql)[0][0].integer) }

  /// Id of the first print.
  var firstID: Int64 { PrintNumbering.firstPrintID(ofRun: 1) }

  /// What the columns of a part are, by the store's view.
  private static let viewColumns = """
    ts, underlying_price::DOUBLE, ticker, strike::DOUBLE, type::VARCHAR, price::DOUBLE, size::BIGINT, side::VARCHAR, \
    delta::DOUBLE, gamma::DOUBLE, net_delta::DOUBLE, print_id, seq, underlying, expiry, exchange::INTEGER, \
    conditions::INTEGER[], bid::DOUBLE, ask::DOUBLE, epoch_ns(ts) - epoch_ns(quote_time), method::VARCHAR, premium::DOUBLE, \
    implied_volatility::DOUBLE, greeks_source::VARCHAR, coalesce(sweep_id, 0)::BIGINT, block, injected, backfilled, cancelled, \
    flags::INTEGER, run_id
    """

  /// Every row of the store is in the lake once, value by value, in the folder of its day, and nothing else.
  func expectWhole(_ location: SourceLocation = #_sourceLocation) throws {
    let wanted = LakeUnderTest.viewColumns
    let found = FlowColumns.fromParts(cancelled: [])
    let lost = try number(
      "SELECT count(*) FROM (SELECT \(wanted) FROM main.trades_labeled EXCEPT ALL SELECT \(found) FROM \(glob))")
    let extra = try number(
      "SELECT count(*) FROM (SELECT \(found) FROM \(glob) EXCEPT ALL SELECT \(wanted) FROM main.trades_labeled)")
    #expect(lost == 0 && extra == 0, sourceLocation: location)
    let folders = """
      SELECT year::BIGINT, month::BIGINT, day::BIGINT, unnest([min(epoch_ns(timestamp)), max(epoch_ns(timestamp))]) \
      FROM \(glob) GROUP BY 1, 2, 3
      """
    for row in try ask(folders) {
      let numbers = row.compactMap(\.integer)
      let (year, month, day) = TradingCalendar.tradingDay(containing: Timestamp(nanoseconds: numbers[3])).components
      #expect(numbers[..<3] == [Int64(year), Int64(month), Int64(day)], sourceLocation: location)
    }
  }
}
