import MarketModel
import Testing

/// Our own mistakes stop the process where they are made.
@Suite struct MistakeTests {
  @Test func symbolWithoutOCCForm() async {
    await #expect(processExitsWith: .failure) {
      let day = MarketDate(daysSinceEpoch: 20_000)
      _ = OptionSymbol(root: "spy", expiry: day, right: .call, strike: .zero).polygonText
    }
  }

  @Test func idThatWasNeverGiven() async {
    await #expect(processExitsWith: .failure) {
      let table = InstrumentTable(capacity: 10)
      _ = table.intern("SPY")
      _ = table[InstrumentID(1)]
    }
  }

  @Test func tableWithoutRoom() async {
    await #expect(processExitsWith: .failure) { _ = InstrumentTable(capacity: 0) }
  }

  @Test func symbolTooLong() async {
    await #expect(processExitsWith: .failure) {
      _ = Array(repeating: UInt8(65), count: 33).withUnsafeBufferPointer { SymbolText(bytes: $0) }
    }
  }

  @Test func secondOutsideTheDay() async {
    await #expect(processExitsWith: .failure) {
      _ = Timestamp(newYork: MarketDate(daysSinceEpoch: 20_000), secondOfDay: 86_401)
    }
  }
}
