import Foundation
import MarketModel
import Synchronization
import Testing

@Suite struct InstrumentTableTests {
  @Test func numbersGoByOrderOfAppearance() throws {
    let table = InstrumentTable(capacity: 100)
    #expect(table.count == 0)
    // An option brings its underlying with it, before itself.
    let option = try #require(table.intern("O:SPY251216C00572000"))
    #expect(option == InstrumentID(1))
    #expect(table.count == 2)
    let underlying = table[InstrumentID(0)]
    #expect(underlying.symbol.description == "SPY")
    #expect(underlying.kind == .equity)
    #expect(underlying.underlying == InstrumentID(0))
    #expect(underlying.multiplier == 1)
    let record = table[option]
    #expect(record.kind == .option)
    #expect(record.right == .call)
    #expect(record.expiry.description == "2025-12-16")
    #expect(record.strike == Price(cents: 57_200))
    #expect(record.underlying == InstrumentID(0))
    #expect(record.multiplier == 100)
    #expect(table.intern("SPY") == InstrumentID(0))
    #expect(table.intern("O:SPY251216P00572000") == InstrumentID(2))
    #expect(table.intern("O:SPY251216C00572000") == option)
    #expect(table.intern("AAPL") == InstrumentID(3))
    #expect(InstrumentID(2) < InstrumentID(3))
  }

  @Test func findNeverAdds() throws {
    let table = InstrumentTable(capacity: 100)
    let symbol = try #require(SymbolText("SPY"))
    #expect(table.find(symbol) == nil)
    #expect(table.count == 0)
    #expect(table.intern(symbol) == table.find(symbol))
  }

  @Test func indexOptionsBelongToTheIndex() throws {
    let table = InstrumentTable(capacity: 100)
    let weekly = try #require(table.intern("O:SPXW251216C06000000"))
    let monthly = try #require(table.intern("O:SPX251219C06000000"))
    let adjusted = try #require(table.intern("O:SDS1251219C00010000"))
    #expect(table[weekly].underlying == table[monthly].underlying)
    #expect(table[table[weekly].underlying].symbol.description == "SPX")
    #expect(table[table[adjusted].underlying].symbol.description == "SDS")
  }

  @Test(arguments: [
    "", "O:", "O:JUNK", "O:AAPL211022C000150000", "O:spy251216C00572000", "SP Y", "SPY\n", "\u{0}SPY", "ÄPFEL",
    "\u{7F}", "A\"B", "A\\B",
    "A symbol that is far too long for the table",
  ])
  func refusesJunk(_ text: String) {
    let table = InstrumentTable(capacity: 100)
    #expect(table.intern(text) == nil)
    #expect(table.count == 0)
  }

  @Test func aFullTableRefusesAndStillFinds() throws {
    let table = InstrumentTable(capacity: 3)
    for text in ["A", "B", "C"] { #expect(table.intern(text) != nil) }
    #expect(table.intern("D") == nil)
    #expect(table.intern("O:A251216C00572000") == nil)
    #expect(table.intern("B") == InstrumentID(1))
    #expect(table.count == 3)
  }

  @Test func manySymbolsKeepApart() throws {
    let table = InstrumentTable(capacity: 40_000)
    var known: [(SymbolText, InstrumentID)] = []
    for strike in 1...30_000 {
      let digits = String(100_000_000 + strike * 500).dropFirst()
      let symbol = try #require(SymbolText("O:SPY251216C\(digits)"))
      known.append((symbol, try #require(table.intern(symbol))))
    }
    #expect(table.count == 30_001)
    for (symbol, id) in known {
      #expect(table.find(symbol) == id)
      #expect(table[id].symbol == symbol)
    }
  }

  /// A reader that sees an id sees its record, while the writer goes on.
  @Test func readersSeeWholeRecords() {
    let table = InstrumentTable(capacity: 20_000)
    let wrong = Atomic<Int>(0)
    let last = 19_999
    onTwoThreads {
      for i in 0...last where table.intern("S\(i)") == nil { wrong.add(1, ordering: .relaxed) }
    } _: {
      var seen = 0
      while seen <= last {
        let count = table.count
        while seen < count {
          let record = table[InstrumentID(UInt32(seen))]
          if record.symbol != SymbolText("S\(seen)") || record.underlying.index != seen {
            wrong.add(1, ordering: .relaxed)
          }
          seen += 1
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(table.count == 20_000)
  }
}

@Suite struct SymbolTextTests {
  @Test func keepsUpTo32Bytes() throws {
    let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for length in 0...32 {
      let part = String(text.prefix(length))
      let symbol = try #require(SymbolText(part))
      #expect(symbol.count == length)
      #expect(symbol.description == part)
      #expect(symbol.isPrintable == (length > 0))
      for (i, byte) in part.utf8.enumerated() { #expect(symbol[i] == byte) }
    }
    #expect(SymbolText(text + "6") == nil)
  }

  @Test func equalTextIsEqual() {
    #expect(SymbolText("SPY") == SymbolText("SPY"))
    #expect(SymbolText("SPY") != SymbolText("SPYX"))
    #expect(SymbolText("SPY")?.hashValue == SymbolText("SPY")?.hashValue)
    #expect(SymbolText("a b")?.isPrintable == false)
  }
}
