import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// Prices of underlyings by minute, as their option prints carried them.
@Suite struct MinutePriceTests {
  private let folder: TemporaryFolder
  private let stream: OutputStream
  init() throws {
    folder = try TemporaryFolder()
    stream = try OutputStream()
  }

  private func time(_ seconds: Int64) -> Timestamp {
    OutputStream.open.adding(nanoseconds: seconds * 1_000_000_000)
  }

  /// - Parameter contract: 0 and 1 of SPY, 2 of QQQ.
  private func print(
    _ number: Int64, contract: Int, seconds: Int64, cents: Int64, flags: PrintFlags = []
  ) -> LabeledPrint {
    var print = stream.print(number, contract: contract)
    print.trade.time = time(seconds)
    print.underlyingPrice = Price(cents: cents)
    print.flags = flags
    return print
  }

  @Test func theNewestPrintOfAMinuteCountsAndLateOnesDoNot() throws {
    let prints = [
      print(1, contract: 0, seconds: 1, cents: 100), print(2, contract: 1, seconds: 59, cents: 101),
      print(3, contract: 2, seconds: 59, cents: 500), print(4, contract: 0, seconds: 60, cents: 102),
      print(5, contract: 0, seconds: 61, cents: 900, flags: .late),
      print(6, contract: 0, seconds: 62, cents: 901, flags: .backfilled),
      print(7, contract: 0, seconds: 63, cents: 902, flags: .injected),
      print(8, contract: 0, seconds: 64, cents: 903), print(9, contract: 0, seconds: 125, cents: 0),
      print(10, contract: 0, seconds: 180, cents: 104),
    ]
    let store = try Store(StoreOptions(path: folder.file))
    let writer = try store.makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
    writer.offerAll(
      prints.map { .print($0) } + [.cancellation(Cancellation(cancelledNumber: 8, trade: prints[7].trade))])
    try writer.close(finished: true)
    let reader = try store.makeReader()
    let minutes = try reader.underlyingMinutes(from: time(0), to: time(180))
    #expect(
      Set(minutes) == [
        UnderlyingMinute(underlying: "SPY", minute: time(0), price: Price(cents: 101)),
        UnderlyingMinute(underlying: "QQQ", minute: time(0), price: Price(cents: 500)),
        UnderlyingMinute(underlying: "SPY", minute: time(60), price: Price(cents: 102)),
      ])
    #expect(minutes.count == 3)
    #expect(try reader.underlyingMinutes(from: time(180), to: time(181)).map(\.price) == [Price(cents: 104)])
    #expect(try reader.underlyingMinutes(from: time(181), to: time(900)).isEmpty)
  }
}
