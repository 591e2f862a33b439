import MarketModel
import Testing

@testable import Feeds

@Suite struct LiveTradeLedgerTests {
  static func trade(
    _ instrument: UInt32, _ sequence: Int64, milliseconds: Int64 = 1_000_000, price: Int64 = 100, size: UInt32 = 1,
    venue: UInt16 = 302
  ) -> Trade {
    Trade(
      time: Timestamp(milliseconds: milliseconds), price: Price(cents: price), sequence: sequence,
      instrument: InstrumentID(instrument), size: size, venue: VenueID(venue))
  }

  @Test func aPrintIsItselfByInstrumentAndNumber() {
    var ledger = TradeLedger(capacity: 16, instruments: InstrumentTable(capacity: 8))
    let results = [
      ledger.admit(LiveTradeLedgerTests.trade(1, 5)), ledger.admit(LiveTradeLedgerTests.trade(2, 5)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 6)), ledger.admit(LiveTradeLedgerTests.trade(1, 5)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 5, price: 101)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 5), recoveredFor: 1),
      ledger.admit(LiveTradeLedgerTests.trade(1, 7), recoveredFor: 1),
      ledger.admit(LiveTradeLedgerTests.trade(1, 7)),
    ]
    #expect(results == [true, true, true, false, false, false, true, false])
  }

  /// Numbers begin anew each day.
  @Test func theSameNumberOnAnotherDayIsAnotherPrint() {
    var ledger = TradeLedger(capacity: 16, instruments: InstrumentTable(capacity: 8))
    let day: Int64 = 86_400_000
    let results = [
      ledger.admit(LiveTradeLedgerTests.trade(1, 5)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 5, milliseconds: 1_000_000 + day)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 5, milliseconds: 1_000_000 + day)),
      ledger.admit(LiveTradeLedgerTests.trade(1, 5)),
    ]
    #expect(results == [true, true, false, false])
  }

  @Test func theOldestAreForgotten() {
    var ledger = TradeLedger(capacity: 4, instruments: InstrumentTable(capacity: 8))
    #expect(ledger.capacity == 4)
    for number in 1...6 {
      let isNew = ledger.admit(LiveTradeLedgerTests.trade(1, Int64(number), milliseconds: Int64(number)))
      #expect(isNew)
    }
    #expect(ledger.forgottenUntil == Timestamp(milliseconds: 2))
    let again = (3...6).map { ledger.admit(LiveTradeLedgerTests.trade(1, Int64($0), milliseconds: Int64($0))) }
    #expect(again == [false, false, false, false])
    let forgotten = ledger.admit(LiveTradeLedgerTests.trade(1, 1, milliseconds: 1))
    #expect(forgotten)
  }

  /// What history brought stands among younger prints: forgetting it must not make those look remembered.
  @Test func forgettingAnOldPrintOfHistoryMakesNothingYounger() {
    var ledger = TradeLedger(capacity: 2, instruments: InstrumentTable(capacity: 8))
    for (number, milliseconds) in [(1, 100), (2, 50), (3, 110), (4, 120)] as [(Int64, Int64)] {
      let isNew = ledger.admit(LiveTradeLedgerTests.trade(1, number, milliseconds: milliseconds), recoveredFor: 1)
      #expect(isNew)
    }
    #expect(ledger.forgottenUntil == Timestamp(milliseconds: 100))
  }

  /// Rows without a number take up one remembered print each, once a gap.
  @Test func rowsWithoutNumbersAreCounted() {
    var ledger = TradeLedger(capacity: 16, instruments: InstrumentTable(capacity: 8))
    let unnumbered = LiveTradeLedgerTests.trade(1, 0)
    let socket = (0..<3).map { _ in ledger.admit(unnumbered) }
    #expect(socket == [true, true, true])
    let first = (0..<5).map { _ in ledger.admit(unnumbered, recoveredFor: 1) }
    #expect(first == [false, false, false, true, true])
    // Another gap over the same time: now there are five.
    let second = (0..<6).map { _ in ledger.admit(unnumbered, recoveredFor: 2) }
    #expect(second == [false, false, false, false, false, true])
    let other = [
      ledger.admit(LiveTradeLedgerTests.trade(1, 0, price: 101), recoveredFor: 3),
      ledger.admit(LiveTradeLedgerTests.trade(1, 0, size: 2), recoveredFor: 3),
      ledger.admit(LiveTradeLedgerTests.trade(1, 0, venue: 303), recoveredFor: 3),
      ledger.admit(LiveTradeLedgerTests.trade(1, 0, milliseconds: 1_000_001), recoveredFor: 3),
      ledger.admit(LiveTradeLedgerTests.trade(2, 0), recoveredFor: 3),
    ]
    #expect(other == [true, true, true, true, true])
  }

  /// The socket had numbers, the history has none, or the other way round; the history is more exact than a millisecond.
  @Test func oneSideWithoutNumbers() {
    var ledger = TradeLedger(capacity: 16, instruments: InstrumentTable(capacity: 8))
    let isNew = ledger.admit(LiveTradeLedgerTests.trade(1, 77))
    var row = LiveTradeLedgerTests.trade(1, 0)
    row.time = row.time.adding(nanoseconds: 123_456)
    let again = [ledger.admit(row, recoveredFor: 1), ledger.admit(row, recoveredFor: 1)]
    #expect(isNew && again == [false, true])
    let unnumbered = ledger.admit(LiveTradeLedgerTests.trade(2, 0))
    let numbered = [
      ledger.admit(LiveTradeLedgerTests.trade(2, 9), recoveredFor: 1),
      ledger.admit(LiveTradeLedgerTests.trade(2, 10), recoveredFor: 1),
    ]
    #expect(unnumbered && numbered == [false, true])
  }

  /// Against a dictionary and a list that age the same way.
  @Test(arguments: [1 as UInt64, 2, 3]) func behavesLikeAModel(seed: UInt64) {
    var random = FrameGenerator(seed: seed)
    var ledger = TradeLedger(capacity: 64, instruments: InstrumentTable(capacity: 8))
    var order: [[Int64]] = []
    var wrong = 0
    for _ in 0..<20_000 {
      let instrument = UInt32.random(in: 0..<8, using: &random)
      let sequence = Int64.random(in: 1...40, using: &random)
      let key = [Int64(instrument), sequence]
      let isNew = ledger.admit(LiveTradeLedgerTests.trade(instrument, sequence))
      if isNew == order.contains(key) { wrong += 1 }
      guard isNew else { continue }
      order.append(key)
      if order.count > 64 { order.removeFirst() }
    }
    #expect(wrong == 0)
  }
}
