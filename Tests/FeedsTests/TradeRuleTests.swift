import MarketModel
import Testing

@testable import Feeds

/// Frames and flat files take the same prints and refuse the same.
@Suite struct TradeRuleTests {
  /// A print as both doors see it; the time in milliseconds.
  struct Print: Sendable, CustomStringConvertible {
    var price = "1.5"
    var size = "1"
    var time = "1765895400000"
    var symbol = "O:SPY251216C00572000"
    var description: String { "\(symbol) \(price) x \(size) at \(time)" }
  }

  static let good = [
    Print(), Print(size: "100.0"), Print(size: "1e2"), Print(size: "1.5e1"), Print(price: "0.000001"),
    Print(price: "0.0000005"), Print(size: "4294967295", symbol: "AAPL"), Print(price: "1000000000", symbol: "AAPL"),
    Print(price: "100000000"), Print(price: "2.5", size: "4000000000", symbol: "AAPL"),
    Print(price: "2.5", size: "40000000"), Print(time: "631152000000"), Print(time: "4102444800000"),
  ]
  static let bad = [
    Print(price: "0"), Print(price: "-1"), Print(price: "0.0000004"), Print(price: "1000000000.000001", symbol: "AAPL"),
    Print(price: "100000000.000001"), Print(size: "0"), Print(size: "0.4"), Print(size: "1.5"), Print(size: "-1"),
    Print(size: "0.9999999"), Print(size: "1.0000000001"), Print(size: "15e-1"), Print(size: "4294967296"),
    Print(price: "2.500001", size: "4000000000", symbol: "AAPL"), Print(price: "2.500001", size: "40000000"),
    Print(time: "0"), Print(time: "631151999999"), Print(time: "4102444800001"), Print(time: "-1"),
  ]

  @Test(arguments: good) func bothDoorsTake(_ print: Print) throws {
    let frame = try #require(trades(asFrame: print).first)
    let row = try #require(try trades(asRow: print).first)
    #expect(frame.price == row.price && frame.size == row.size && frame.time == row.time)
  }

  @Test(arguments: bad) func bothDoorsRefuse(_ print: Print) throws {
    #expect(trades(asFrame: print).isEmpty)
    #expect(try trades(asRow: print).isEmpty)
  }

  private func trades(asFrame print: Print) -> [Trade] {
    let instruments = InstrumentTable(capacity: 16)
    _ = instruments.intern(print.symbol)
    let text = "[\(PolygonText.trade(symbol: print.symbol, price: print.price, size: print.size, time: print.time))]"
    let quick = FrameDecoding(instruments: instruments)(text)
    let plain = FrameDecoding(instruments: instruments, usesLayoutScanner: false)(text)
    #expect(quick.events == plain.events)
    #expect(quick.counters.accounted == 1)
    return quick.trades
  }

  private func trades(asRow print: Print) throws -> [Trade] {
    let fixtures = try ReplayFixtures()
    let path = try fixtures.write(
      "ticker,price,sip_timestamp,size\n\(print.symbol),\(print.price),\(print.time)000000,\(print.size)\n")
    var file = try ReplayFile(path: path, instruments: InstrumentTable(capacity: 16))
    let trades = try file.allEvents().compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    #expect(trades.count + file.refusedLines == 1)
    return trades
  }
}
