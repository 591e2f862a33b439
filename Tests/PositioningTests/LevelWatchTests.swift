import MarketModel
import Testing

@testable import Positioning

@Suite final class LevelWatchTests {
  private var watch = LevelWatch(underlying: InstrumentID(7))
  private var time = Timestamp(seconds: 1_750_000_000)

  /// One look, five seconds after the last.
  private func look(_ spot: Double?, seconds: Int64 = 5, _ levels: PositioningLevels) -> [LevelCrossing] {
    time = time.adding(nanoseconds: seconds * 1_000_000_000)
    return watch.look(at: time, spot: spot.map { Price(rounding: $0) }, levels)
  }

  private func zero(_ price: Double) -> PositioningLevels { PositioningLevels(zeroGamma: Price(rounding: price)) }

  @Test func aCrossingSaysLevelDirectionAndPrices() {
    #expect(look(99, zero(100)) == [])
    #expect(
      look(101, zero(100)) == [
        LevelCrossing(
          underlying: InstrumentID(7), level: .zeroGamma, direction: .up, price: Price(cents: 10_100),
          levelPrice: Price(cents: 10_000), time: time)
      ])
    #expect(look(98, seconds: 400, zero(100)).map(\.direction) == [.down])
  }

  @Test func withinTheBandThePriceIsOnNeitherSide() {
    _ = look(99, zero(100))
    for spot in [99.97, 100.04, 99.96, 100.05] { #expect(look(spot, zero(100)) == []) }
    #expect(look(100.06, zero(100)).count == 1)
  }

  @Test func aPriceThatBeginsInTheBandHasCrossedNothing() {
    _ = look(100.01, zero(100))
    #expect(look(101, zero(100)) == [])
    #expect(look(99, zero(100)).map(\.direction) == [.down])
  }

  @Test func theSameLevelRestsForTheCoolDown() {
    _ = look(99, zero(100))
    #expect(look(101, zero(100)).count == 1)
    #expect(look(99, zero(100)) == [])
    #expect(look(101, zero(100)) == [])
    #expect(look(99, seconds: 300, zero(100)).map(\.direction) == [.down])
  }

  /// The call wall is never below the price: what is crossed is the wall of the look before.
  @Test func aWallIsCrossedAlthoughThereIsAnotherOneNow() {
    _ = look(99, PositioningLevels(callWall: Price(cents: 10_000)))
    let crossed = look(101, PositioningLevels(callWall: Price(cents: 10_500)))
    #expect(crossed.map(\.level) == [.callWall])
    #expect(crossed.map(\.levelPrice) == [Price(cents: 10_000)])
    // Another level is news, whatever the cool-down of the first.
    #expect(look(106, PositioningLevels()).map(\.levelPrice) == [Price(cents: 10_500)])
  }

  @Test func aLevelThatJumpsOverThePriceCrossesNothing() {
    _ = look(99, zero(100))
    #expect(look(99, zero(95)) == [])
    #expect(look(94, zero(95)).map(\.direction) == [.down])
  }

  @Test func aLevelThatDriftsPastThePriceIsCrossedOnce() {
    var crossed: [LevelCrossing] = []
    for step in 0...40 { crossed += look(100, zero(99.5 + Double(step) * 0.025)) }
    #expect(crossed.map(\.direction) == [.down])
  }

  @Test func aGapBeginsAnew() {
    _ = look(99, zero(100))
    #expect(look(101, seconds: 901, zero(100)) == [])
    #expect(look(99, zero(100)).count == 1)
  }

  @Test func aStreamThatBeginsAgainBeginsAnew() {
    _ = look(99, zero(100))
    #expect(look(101, zero(100)).count == 1)
    _ = look(99, seconds: -3600, zero(100))
    #expect(look(101, zero(100)).count == 1)
  }

  @Test func anUnknownPriceForgetsNothing() {
    _ = look(99, zero(100))
    #expect(look(nil, PositioningLevels()) == [])
    #expect(look(101, zero(100)).count == 1)
  }

  @Test func allLevelsAreFollowedBesideEachOther() {
    let levels = PositioningLevels(
      zeroGamma: Price(cents: 10_000), callWall: Price(cents: 10_050), putWall: Price(cents: 9_000),
      maxPain: Price(cents: 10_020))
    _ = look(99, levels)
    #expect(look(101, levels).map(\.level) == [.zeroGamma, .callWall, .maxPain])
  }

  @Test func levelsAreThoseOfTheReport() throws {
    let report = Chain.report(Chain.wide())
    let levels = report.levels(.openInterest, from: Chain.expiry(2))
    let book = report.openInterest
    #expect(levels.callWall == book.callWall.value?.strike && levels.callWall != nil)
    #expect(levels.putWall == book.putWall.value?.strike && levels.putWall != nil)
    #expect(levels.zeroGamma == book.profile.zeroGamma.value.map { Price(rounding: $0) })
    // The first expiry is over by then.
    #expect(levels.maxPain == report.expiries[1].maxPain.value?.strike)
    #expect(report.levels(.openInterest, from: nil).maxPain == report.expiries[0].maxPain.value?.strike)
    #expect(report.levels(.openInterest, from: Chain.expiry(31)).maxPain == nil)
  }
}
