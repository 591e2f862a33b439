import MarketModel
import Testing

@testable import Feeds

@Suite struct SessionSubscriptionTests {
  private func channels(_ message: String) -> [String] {
    let list = message.split(separator: #""params":""#).last?.dropLast(2) ?? ""
    return list.split(separator: ",").map(String.init)
  }

  @Test func longListsGoInSeveralMessages() {
    var set = SubscriptionSet()
    let wanted = (0..<3000).map { "T.O:SPY251216C\(10_000_000 + $0)" }
    set.want(wanted)
    let messages = set.takeMessages()
    #expect(messages.count == 5)
    #expect(messages.allSatisfy { $0.utf8.count <= 16 * 1024 + 40 && $0.hasPrefix(#"{"action":"subscribe""#) })
    #expect(messages.flatMap(channels) == wanted)
    let more = set.takeMessages()
    #expect(more == [])
  }

  @Test func quotesAreBoundedByRelevance() {
    var set = SubscriptionSet()
    set.want(["T.*"] + (0..<1200).map { "Q.O:C\($0)" } + ["Q.O:C3"])
    #expect(set.leftOutQuotes == 200)
    #expect(set.desired.count == 1001)
    #expect(set.desired.last == "Q.O:C999")
    set.want(["Q.O:C5"])
    #expect(set.leftOutQuotes == 0)
  }

  @Test func wildcardCoversItsKindOnly() {
    var set = SubscriptionSet()
    set.want(["T.O:X", "Q.O:X", "T.*", "AM.O:X", "A.*", "A.O:X"])
    #expect(set.desired == ["Q.O:X", "T.*", "AM.O:X", "A.*"])
  }

  @Test func anySeriesOfWishesEndsInWhatIsWished() {
    var generator = FrameGenerator(seed: 11)
    var set = SubscriptionSet(quoteLimit: 20, messageBytes: 100)
    var vendor: Set<String> = []
    for _ in 0..<500 {
      let wish = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        generator.pick(["T", "Q", "A"]) + ".O:C\(Int.random(in: 0..<40, using: &generator))"
      }
      set.want(wish)
      if generator.chance(20) {
        set.reset()
        vendor = []
      }
      let quotesAtOnce = vendor.union(set.desired).count { $0.hasPrefix("Q.") }
      var hasUnsubscribed = false
      var hasSubscribed = false
      for message in set.takeMessages() {
        let list = channels(message)
        #expect(list.joined(separator: ",").utf8.count <= 100)
        if message.contains(#""unsubscribe""#) {
          // Only for want of room is anything given up before what replaces it is held.
          #expect(!hasSubscribed || quotesAtOnce <= 20)
          hasUnsubscribed = true
          #expect(vendor.isSuperset(of: list))
          vendor.subtract(list)
        } else {
          #expect(!hasUnsubscribed || quotesAtOnce > 20)
          hasSubscribed = true
          #expect(vendor.isDisjoint(with: list))
          vendor.formUnion(list)
          #expect(vendor.count { $0.hasPrefix("Q.") } <= 20)
        }
      }
      #expect(vendor == Set(set.desired) && vendor == set.held)
      #expect(set.desired.count { $0.hasPrefix("Q.") } <= 20)
    }
  }

  @Test func atTheVendorsBoundRoomIsMadeFirst() {
    let quotes = (0..<1010).map { "Q.O:C\($0)" }
    var set = SubscriptionSet()
    set.want(["T.*"] + quotes[..<999])
    _ = set.takeMessages()
    // The last free place.
    set.want(["T.*"] + quotes[1..<1000])
    var actions = set.takeMessages().map { $0.contains("unsubscribe") ? "-" : "+" }
    #expect(actions == ["+", "-"])
    set.want(["T.*"] + quotes[..<1000])
    actions = set.takeMessages().map { $0.contains("unsubscribe") ? "-" : "+" }
    #expect(actions == ["+"])
    set.want(["T.*"] + quotes[10...])
    #expect(set.leftOutQuotes == 0)
    let swap = set.takeMessages()
    #expect(swap.map { $0.contains("unsubscribe") } == [true, false])
    #expect(channels(swap[0]) == quotes[..<10].sorted() && channels(swap[1]) == Array(quotes[1000...]))
  }

  @Test func roomForQuotesForgetsTheirRefusals() {
    var set = SubscriptionSet()
    set.want(["T.*", "Q.A", "Q.B", "Q.C", "T.X"])
    _ = set.takeMessages()
    set.refuse(["Q.B", "Q.C"], "too many")
    // A wish without a farewell to a quote makes no room.
    set.want(["T.*", "Q.A", "Q.B", "Q.C", "Q.D", "AM.X"])
    #expect(set.takeMessages().flatMap(channels) == ["Q.D", "AM.X"])
    #expect(set.refused == ["Q.B", "Q.C"] && set.refusal == "too many" && !set.arePrintsRefused)
    set.want(["T.*", "Q.B", "Q.C", "Q.D"])
    #expect(set.takeMessages().flatMap(channels) == ["AM.X", "Q.A", "Q.B", "Q.C"])
    #expect(set.refused == [] && set.refusal == nil)
    #expect(set.held == ["T.*", "Q.B", "Q.C", "Q.D"])
  }

  @Test func wordsAboutPrintsComeBeforeOthers() {
    var set = SubscriptionSet()
    set.want(["T.*", "Q.A", "Q.B"])
    _ = set.takeMessages()
    set.refuse(["T.*"], "no prints")
    set.refuse(["Q.A"], "no quotes")
    #expect(set.refusal == "no prints" && set.arePrintsRefused)
    // Room for quotes does not bring prints.
    set.want(["T.*", "Q.A"])
    _ = set.takeMessages()
    #expect(set.refused == ["T.*"] && set.refusal == "no prints" && set.held == ["Q.A"])
    set.want(["Q.A"])
    _ = set.takeMessages()
    #expect(set.refusal == nil && !set.arePrintsRefused)
    set.refuse(["Q.A"], "no quotes")
    #expect(set.refusal == "no quotes" && !set.arePrintsRefused)
    set.reset()
    #expect(set.refusal == nil && set.refused == [])
  }

  @Test func acknowledgementsProveOnlyWhatWasAsked() {
    var set = SubscriptionSet()
    set.want(["T.A"])
    _ = set.takeMessages()
    let answers = ["subscribed to: T.B", "welcome", "unsubscribed to: T.Z", "subscribed to: T.A"].map {
      set.acknowledge($0)
    }
    #expect(answers == [false, false, true, true])
    #expect(set.acknowledgements == 1 && set.unanswered.isEmpty)
  }
}

@Suite struct SessionSymbolFilterTests {
  private func passes(_ filter: SymbolFilter, _ symbol: String) throws -> Bool {
    let option = try #require(OptionSymbol(polygon: symbol))
    return filter.passes(
      try #require(SymbolText(symbol)), underlying: try #require(SymbolText(option.underlying)))
  }

  @Test(arguments: [["O:SPY*", "O:QQQ*"], ["SPY", "QQQ"], ["spy*", "o:qqq"]])
  func underlyingsInEveryForm(patterns: [String]) throws {
    let filter = try SymbolFilter(patterns)
    #expect(filter.underlyings == ["SPY", "QQQ"])
    #expect(filter.optionTradeChannels == ["T.*"])
    #expect(filter.equityTradeChannels == ["T.SPY", "T.QQQ"])
    #expect(try passes(filter, "O:SPY251216C00572000"))
    #expect(try passes(filter, "O:SPY1251216C00572000"))
    #expect(try !passes(filter, "O:SPYG251216C00072000"))
    #expect(try !passes(filter, "O:AAPL251216C00172000"))
  }

  @Test func contractsGetTheirChannels() throws {
    let filter = try SymbolFilter(["O:SPY251216C00572000", "SPXW251216P06000000"])
    #expect(filter.optionTradeChannels == ["T.O:SPY251216C00572000", "T.O:SPXW251216P06000000"])
    #expect(filter.underlyings == ["SPY", "SPX"])
    #expect(filter.equityTradeChannels == ["T.SPY"])
    #expect(try passes(filter, "O:SPY251216C00572000"))
    #expect(try !passes(filter, "O:SPY251216C00573000"))
  }

  @Test func beginningsOfContracts() throws {
    let filter = try SymbolFilter(["O:SPY251216C*", "AAPL"])
    #expect(filter.optionTradeChannels == ["T.*"])
    #expect(filter.underlyings == ["SPY", "AAPL"])
    #expect(try passes(filter, "O:SPY251216C00572000"))
    #expect(try !passes(filter, "O:SPY251216P00572000"))
    #expect(try !passes(filter, "O:SPY251217C00572000"))
  }

  @Test func indexRootsMeanTheirIndex() throws {
    let filter = try SymbolFilter(["O:SPXW*"])
    #expect(filter.underlyings == ["SPX"])
    #expect(filter.equityTradeChannels == [])
    #expect(try passes(filter, "O:SPXW251216C06000000"))
  }

  @Test(arguments: [[], ["*"], ["SPY", "O:*"]]) func everything(patterns: [String]) throws {
    let filter = try SymbolFilter(patterns)
    #expect(filter.isEverything && filter.optionTradeChannels == ["T.*"] && filter.underlyings == [])
    #expect(try passes(filter, "O:AAPL251216C00172000"))
  }

  @Test(arguments: [
    "", "O:", "S*Y", "O:SP Y*", "SPY-*", "O:SPY251316C00572000", "SPY2512X*", "TOOLONGX", "O:123*", "I:SPX", "T.*",
  ])
  func whatNamesNothingIsRefused(pattern: String) {
    let error = #expect(throws: SymbolFilterError.self) { try SymbolFilter(["SPY", pattern]) }
    #expect(error?.pattern == pattern)
    #expect(error?.description.contains("\"\(pattern)\" is neither an underlying") == true)
  }
}
