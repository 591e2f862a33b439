import MarketModel
import Testing

@testable import FlowEngine

@Suite struct PatternEffectTests {
  @Test(
    arguments: [
      // size, open interest, volume before, side, effect
      (101, 60, 40, AggressorSide.buy, PositionEffect.opening),
      (100, 60, 40, .buy, .likelyOpening),
      (61, 60, 40, .sell, .likelyOpening),
      (10, 100, 91, .buy, .likelyOpening),
      (10, 100, 90, .buy, .unknown),
      (10, 100, 90, .sell, .likelyClosing),
      (9, 100, 0, .sell, .unknown),
      (10, 101, 0, .sell, .unknown),
      (50, 100, 0, .unknown, .unknown),
      (50, 100, 0, .mid, .unknown),
      (1, 0, 0, .sell, .opening),
      (1, 0, 5, .unknown, .likelyOpening),
      (1_000, ContractReference.unknown, 0, .buy, .unknown),
      (0, 100, 0, .buy, .unknown),
      (5, 100, -1, .buy, .unknown),
      (5, .max, .max, .buy, .unknown),
    ] as [(Int64, Int64, Int64, AggressorSide, PositionEffect)])
  func sizesTell(
    _ size: Int64, _ openInterest: Int64, _ volumeBefore: Int64, _ side: AggressorSide, _ effect: PositionEffect
  ) {
    #expect(
      PositionEffect.infer(size: size, openInterest: openInterest, volumeBefore: volumeBefore, side: side) == effect)
  }
}
