/// Which figures of the day a print with a condition may move.
@frozen public struct PriceUpdates: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let volume = PriceUpdates(rawValue: 1)
  public static let highLow = PriceUpdates(rawValue: 2)
  public static let openClose = PriceUpdates(rawValue: 4)
  public static let all: PriceUpdates = [.volume, .highLow, .openClose]
}

/// What a condition allows to conclude about who crossed the spread.
@frozen public enum SideTreatment: UInt8, Sendable, CaseIterable {
  /// Compare the price with the quote as usual.
  case full
  /// Compare, but say that the answer is less certain: an auction may have bettered the price, a floor trade is arranged.
  case weak
  /// Conclude nothing: the price was not made against the quote of that moment.
  case none
}

/// How a print with a condition came about.
@frozen public struct ConditionTraits: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// Intermarket sweep order (Regulation NMS): sent to several venues at once.
  public static let intermarketSweep = ConditionTraits(rawValue: 1)
  /// Leg of an order in several options.
  public static let multiLeg = ConditionTraits(rawValue: 2)
  /// Option leg of an order that also trades the stock.
  public static let stockTied = ConditionTraits(rawValue: 4)
  /// Both sides were brought together by one broker.
  public static let cross = ConditionTraits(rawValue: 8)
  /// On a trading floor, by open outcry.
  public static let floor = ConditionTraits(rawValue: 16)
  public static let auction = ConditionTraits(rawValue: 32)
  /// Reported late or out of sequence.
  public static let late = ConditionTraits(rawValue: 64)
  /// Outside the regular session.
  public static let extendedHours = ConditionTraits(rawValue: 128)
  /// Priced by something other than the market of that moment.
  public static let offMarket = ConditionTraits(rawValue: 256)
  /// Smaller than a round lot.
  public static let oddLot = ConditionTraits(rawValue: 512)
  /// Repeats an execution that is on the tape already (official open and close).
  public static let summary = ConditionTraits(rawValue: 1024)
}
