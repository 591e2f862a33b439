import MarketModel

/// How an option print came about. Each print is of exactly one kind: the first, in the order of the cases, that holds.
@frozen public enum TradeKind: UInt8, Hashable, Sendable, BitwiseCopyable, CaseIterable {
  /// Leg of a recognised sweep. Legs from before the sweep was recognised are of the kinds that follow.
  case sweep
  /// Large by itself and for its underlying (`BlockRule`), wherever it was traded.
  case block
  /// Leg of an order in several options, or in an option and its stock.
  case multiLeg
  /// Floor, cross, auction or late.
  case offBook
  /// None of these: an order on the book.
  case single

  @inline(__always)
  public init(sweepID: UInt32, flags: PrintFlags, conditions: ConditionSet) {
    if sweepID != 0 {
      self = .sweep
    } else if flags.isDisjoint(with: [.block, .multiLeg, .floor, .cross, .auction, .late]),
      conditions.isDisjoint(with: .stockTied)
    {
      self = .single
    } else if flags.contains(.block) {
      self = .block
    } else if flags.contains(.multiLeg) || !conditions.isDisjoint(with: .stockTied) {
      self = .multiLeg
    } else {
      self = .offBook
    }
  }
}

extension TradeKind {
  public var name: String {
    switch self {
    case .sweep: "sweep"
    case .block: "block"
    case .multiLeg: "multi_leg"
    case .offBook: "off_book"
    case .single: "single"
    }
  }
}

extension LabeledPrint {
  /// Of an option's print.
  @inline(__always)
  public var kind: TradeKind { TradeKind(sweepID: sweepID, flags: flags, conditions: trade.conditions) }
}
