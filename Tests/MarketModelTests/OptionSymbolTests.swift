import MarketModel
import Testing

@Suite struct OptionSymbolTests {
  @Test func readsAndPrintsAllForms() throws {
    let symbol = try #require(OptionSymbol(polygon: "O:SPY251216C00572000"))
    #expect(symbol.root == "SPY")
    #expect(symbol.expiry == MarketDate(year: 2025, month: 12, day: 16))
    #expect(symbol.right == .call)
    #expect(symbol.strike == Price(cents: 57_200))
    #expect(symbol.polygonText == "O:SPY251216C00572000")
    #expect(symbol.occText == "SPY251216C00572000")
    #expect(symbol.osiText == "SPY   251216C00572000")
    #expect(symbol.description == "SPY 16 Dec 25 572 C")
    #expect(OptionSymbol(osi: "SPY   251216C00572000") == symbol)
    #expect(OptionSymbol(occ: "SPY251216C00572000") == symbol)
  }

  @Test(arguments: [
    ("O:F280121P00012500", "F 21 Jan 28 12.5 P", "F"),
    ("O:SDS1240119C00000500", "SDS1 19 Jan 24 0.5 C", "SDS"),
    ("O:GOOG1140118P01234565", "GOOG1 18 Jan 14 1234.565 P", "GOOG"),
    ("O:BRKB260116C00500000", "BRKB 16 Jan 26 500 C", "BRKB"),
    ("O:SPXW251231P06900000", "SPXW 31 Dec 25 6900 P", "SPX"),
    ("O:NDXP251231P25000000", "NDXP 31 Dec 25 25000 P", "NDX"),
    ("O:RUTW251231P02500000", "RUTW 31 Dec 25 2500 P", "RUT"),
    ("O:VIXW251231P00025000", "VIXW 31 Dec 25 25 P", "VIX"),
    ("O:XSPW251231P00690000", "XSPW 31 Dec 25 690 P", "XSP"),
    ("O:ABCDEF040229C99999999", "ABCDEF 29 Feb 04 99999.999 C", "ABCDEF"),
  ])
  func knownSymbols(_ text: String, _ shown: String, _ underlying: String) throws {
    let symbol = try #require(OptionSymbol(polygon: text))
    #expect(symbol.polygonText == text)
    #expect(symbol.description == shown)
    #expect(symbol.underlying == underlying)
  }

  @Test(arguments: [
    // The vendor's own sample with a strike of nine digits: the letter is where a digit of the date belongs.
    "O:AAPL211022C000150000",
    "", "O:", "SPY251216C00572000", "o:SPY251216C00572000", "O:spy251216C00572000", "O:251216C00572000",
    "O:SPY251316C00572000", "O:SPY250230C00572000", "O:SPY251200C00572000", "O:SPY251216X00572000",
    "O:SPY251216c00572000", "O:SPY251216C0057200", "O:SPY251216C0057200A", "O:SPY251216C00000000",
    "O:SPY 251216C00572000", "O:1SPY251216C00572000", "O:TOOLONG251216C00572000", "O:SPÝ251216C00572000",
    "O:SPY251216C-0572000", "O:SPY251216C00572000 ",
  ])
  func refusesPolygon(_ text: String) { #expect(OptionSymbol(polygon: text) == nil) }

  @Test(arguments: [
    "SPY251216C00572000", "SPY  251216C00572000", "   SPY251216C00572000", "S PY  251216C00572000",
    "      251216C00572000", "SPY   251216C0057200 ", "SPY    251216C00572000", "1SPY  251216C00572000",
  ])
  func refusesOSI(_ text: String) { #expect(OptionSymbol(osi: text) == nil) }

  /// Any listable symbol survives each of its forms.
  @Test func roundTrips() throws {
    var random = SeededGenerator(seed: 1)
    let capitals = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    let alphabet = capitals + Array("0123456789")
    let first = try #require(MarketDate(year: 2000, month: 1, day: 1))
    for _ in 0..<20_000 {
      var root = String(capitals.randomElement(using: &random)!)
      for _ in 0..<Int.random(in: 0...5, using: &random) { root.append(alphabet.randomElement(using: &random)!) }
      let symbol = OptionSymbol(
        root: root, expiry: first.adding(days: .random(in: 0..<36_525, using: &random)),
        right: Bool.random(using: &random) ? .call : .put,
        strike: Price(micros: .random(in: 1...99_999_999, using: &random) * 1000))
      #expect(symbol.isListable)
      #expect(OptionSymbol(polygon: symbol.polygonText) == symbol)
      #expect(OptionSymbol(occ: symbol.occText) == symbol)
      #expect(OptionSymbol(osi: symbol.osiText) == symbol)
      #expect(symbol.osiText.utf8.count == 21)
    }
  }

  /// One changed byte gives another symbol or none, never the same.
  @Test func everyByteCounts() throws {
    let text = Array("O:SDS1251216P00012500".utf8)
    let original = try #require(OptionSymbol(polygon: String(decoding: text, as: UTF8.self)))
    for position in text.indices {
      for byte in UInt8(32)...126 where byte != text[position] {
        var changed = text
        changed[position] = byte
        let symbol = OptionSymbol(polygon: String(decoding: changed, as: UTF8.self))
        #expect(symbol != original)
        if let symbol { #expect(symbol.polygonText == String(decoding: changed, as: UTF8.self)) }
      }
    }
  }

  @Test func knowsWhatHasNoOCCForm() throws {
    let good = try #require(OptionSymbol(polygon: "O:SPY251216C00572000"))
    func changed(_ change: (inout OptionSymbol) -> Void) -> Bool {
      var symbol = good
      change(&symbol)
      return symbol.isListable
    }
    #expect(good.isListable)
    #expect(!changed { $0.root = "" })
    #expect(!changed { $0.root = "spy" })
    #expect(!changed { $0.root = "TOOLONG" })
    #expect(!changed { $0.strike = .zero })
    #expect(!changed { $0.strike = Price(micros: 1_000_500) })
    #expect(!changed { $0.strike = Price(micros: 100_000_000_000) })
    #expect(!changed { $0.expiry = MarketDate(daysSinceEpoch: 0) })
  }

  @Test func rootOfOneDigitlessLetterStays() {
    let expiry = MarketDate(daysSinceEpoch: 20_000)
    #expect(OptionSymbol(root: "", expiry: expiry, right: .call, strike: .zero).underlying == "")
    #expect(OptionSymbol(root: "T", expiry: expiry, right: .call, strike: .zero).underlying == "T")
  }

  @Test func everyIndexRootIsListedOnce() {
    #expect(Set(OptionRoot.indexRoots.map(\.root)).count == OptionRoot.indexRoots.count)
    #expect(OptionRoot.index("SPY") == nil)
    #expect(OptionRoot.tradesLate("SPY") && OptionRoot.tradesLate("SPX") && !OptionRoot.tradesLate("AAPL"))
  }
}
