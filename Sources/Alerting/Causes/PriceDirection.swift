import FlowEngine
import MarketModel

/// Where the underlying's price goes if those who traded are right.
public enum PriceDirection: Int64, Hashable, Sendable, CaseIterable {
  case down = -1
  /// The trade says nothing of it.
  case neither = 0
  case up = 1

  /// Of one instrument that was bought or sold: calls and the stock itself up when bought, puts down; the other way when sold.
  public init(side: AggressorSide, right: OptionRight?) {
    let sign = side.sign * (right == .put ? -1 : 1)
    self = sign > 0 ? .up : sign < 0 ? .down : .neither
  }

  /// Of a detection. What has several contracts leans on no one side.
  /// - Parameters:
  ///   - right: of its contract; nil for a stock.
  ///   - contractCount: how many contracts it has.
  public init(_ kind: DetectionKind, side: AggressorSide, right: OptionRight?, contractCount: Int) {
    switch kind {
    case .aggressiveCallBuying: self = .up
    case .aggressivePutBuying: self = .down
    case .verticalSpread, .straddle, .strangle, .riskReversal, .butterfly, .calendarSpread, .otherSpread:
      self = .neither
    case .sweep, .intermarketSweep, .block, .offBook, .darkPool, .institutionalFlow, .unusualVolume, .repeatedHits,
      .sweepThenFloor:
      self = contractCount > 1 ? .neither : PriceDirection(side: side, right: right)
    }
  }
}
