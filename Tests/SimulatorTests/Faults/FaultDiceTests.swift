import Testing

@testable import Simulator

@Suite struct FaultDiceTests {
  @Test func fallsTheSameWayAtTheSamePlaceAndAboutAsOftenAsAsked() {
    let dice = FaultDice(seed: 7)
    let hits = (0..<20_000).filter { dice.falls(.duplicate, $0, share: 0.1) }
    #expect(hits == (0..<20_000).filter { FaultDice(seed: 7).falls(.duplicate, $0, share: 0.1) })
    #expect((1_800...2_200).contains(hits.count))
    #expect(hits != (0..<20_000).filter { FaultDice(seed: 8).falls(.duplicate, $0, share: 0.1) })
    #expect(hits != (0..<20_000).filter { dice.falls(.late, $0, share: 0.1) })
    #expect(!(0..<1_000).contains { dice.falls(.slow, $0, share: 0) })
    #expect((0..<1_000).allSatisfy { dice.falls(.slow, $0, share: 1) })
  }
}
