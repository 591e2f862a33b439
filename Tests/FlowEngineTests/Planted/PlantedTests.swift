import Foundation
import MarketModel
import Testing

@testable import FlowEngine

/// What was planted is found, and hardly anything else. The whole form (`scripts/soak planted`) has a million prints and 500 planted
/// sweeps and blocks with as many near misses; here there are 100 among 100,000.
@Suite struct PlantedTests {
  @Test func sweepsAndBlocksAreFound() throws {
    let prints = ProcessInfo.processInfo.environment["MARKETFLOW_PLANTED_PRINTS"].flatMap { Int($0) } ?? 100_000
    let count = max(100, prints / 2000)
    let market = PlantedMarket()
    var flow = PlantedFlow(market, seed: 11)
    let tape = PlantedTape(market, prints: prints, planting: flow.events(count), seed: 12)
    let score = PlantedScore(tape, market, kinds: [.sweep, .block])
    print(score.table)
    for row in score.rows {
      #expect(row.planted == count / 2)
      #expect(row.nearMisses == row.planted)
      #expect(row.precision >= 0.98, "\(row)")
      #expect(row.recall >= 0.98, "\(row)")
    }
  }
}
