import Feeds
import MarketModel
import Testing

@Suite struct StrikeQuotedContractsTests {
  private func symbol(_ strike: Int) -> OptionSymbol {
    OptionSymbol(
      root: "SPY", expiry: MarketDate(daysSinceEpoch: 20_777), right: .call,
      strike: Price(cents: Int64(strike) * 100))
  }

  private func chain(_ volumes: [Int: Int64]) -> [ListedContract] {
    volumes.map { ListedContract(symbol: symbol($0.key), volume: $0.value) }
  }

  private func expectFollow(_ quoted: inout QuotedContracts, _ windows: [OptionSymbol], changes: Bool) {
    let hasChanged = quoted.follow(windows: windows)
    #expect(hasChanged == changes)
  }

  @Test func windowsComeFirstThenTheMostTraded() {
    var quoted = QuotedContracts(limit: 4)
    quoted.setChain(chain([600: 5, 610: 900, 620: 1, 630: 70, 640: 3]), of: "SPY")
    expectFollow(&quoted, [symbol(620), symbol(600)], changes: true)
    #expect(quoted.held == [symbol(620), symbol(600), symbol(610), symbol(630)])
    expectFollow(&quoted, [symbol(620), symbol(600)], changes: false)
  }

  @Test func aContractSlightlyBehindKeepsItsPlace() {
    var quoted = QuotedContracts(limit: 8)
    func volumes(_ change: [Int: Int64]) -> [Int: Int64] {
      Dictionary(uniqueKeysWithValues: (1...12).map { ($0 * 10, Int64(1000 - $0)) }).merging(change) { $1 }
    }
    quoted.setChain(chain(volumes([:])), of: "SPY")
    expectFollow(&quoted, [], changes: true)
    let before = Set(quoted.held)
    // The ninth overtakes the eighth by a little: nothing is asked for and given up again.
    quoted.setChain(chain(volumes([90: 993])), of: "SPY")
    _ = quoted.follow(windows: [])
    #expect(Set(quoted.held) == before)
    // Three stop trading: two of them fall behind, and others take their places.
    quoted.setChain(chain(volumes([60: 0, 70: 0, 80: 0])), of: "SPY")
    expectFollow(&quoted, [], changes: true)
    #expect(Set(quoted.held) == Set([10, 20, 30, 40, 50, 60, 90, 100].map(symbol)))
  }

  @Test func noPlaceNoQuotes() {
    var quoted = QuotedContracts(limit: 0)
    quoted.setChain(chain([600: 5]), of: "SPY")
    expectFollow(&quoted, [symbol(600)], changes: false)
    #expect(quoted.held.isEmpty)
  }

  @Test func windowsBeyondTheLimitAreCutAtTheLeastRelevant() {
    var quoted = QuotedContracts(limit: 2)
    expectFollow(&quoted, [symbol(1), symbol(2), symbol(3)], changes: true)
    #expect(quoted.held == [symbol(1), symbol(2)])
  }
}
