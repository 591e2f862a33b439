// Constants derived from the tables `OptionCondition.all` and `EquityCondition.all`: literals, so that a test on the hot path
// is one `and` with an immediate and never the once-check of a lazy global. A test compares each with its table.

// MARK: Options tape

extension ConditionSet {
  /// Voids an earlier print.
  @inlinable @inline(__always) public static var cancel: ConditionSet {
    ConditionSet(rawValue: 0x55)
  }
  /// Reported late or out of sequence.
  @inlinable @inline(__always) public static var late: ConditionSet {
    ConditionSet(rawValue: 0xAA)
  }
  /// Child of an intermarket sweep order.
  @inlinable @inline(__always) public static var intermarketSweep: ConditionSet {
    ConditionSet(rawValue: 0x2804_0000)
  }
  /// Leg of an order in several options.
  @inlinable @inline(__always) public static var multiLeg: ConditionSet {
    ConditionSet(rawValue: 0x206F_8000_0000)
  }
  /// Option leg of an order that also trades the stock.
  @inlinable @inline(__always) public static var stockTied: ConditionSet {
    ConditionSet(rawValue: 0x1F90_0000_0000)
  }
  /// Both sides brought together by one broker.
  @inlinable @inline(__always) public static var cross: ConditionSet {
    ConditionSet(rawValue: 0x102_3000_0000)
  }
  /// By open outcry.
  @inlinable @inline(__always) public static var floor: ConditionSet {
    ConditionSet(rawValue: 0x3244_4000_0000)
  }
  /// From an electronic auction.
  @inlinable @inline(__always) public static var auction: ConditionSet {
    ConditionSet(rawValue: 0x831_0C00_0000)
  }
  /// May be priced outside the market.
  @inlinable @inline(__always) public static var offMarket: ConditionSet {
    ConditionSet(rawValue: 0x6000_0000_0000)
  }
  /// Outside the regular session.
  @inlinable @inline(__always) public static var extendedHours: ConditionSet {
    ConditionSet(rawValue: 0x8000_0000_0000)
  }
  /// Does not count in volume.
  @inlinable @inline(__always) public static var noVolume: ConditionSet {
    ConditionSet(rawValue: 0x7F)
  }
  /// Does not set the day's high and low.
  @inlinable @inline(__always) public static var noHighLow: ConditionSet {
    ConditionSet(rawValue: 0xE000_0000_007F)
  }
  /// Does not set the day's open and close.
  @inlinable @inline(__always) public static var noOpenClose: ConditionSet {
    ConditionSet(rawValue: 0xE000_0000_007F)
  }
  /// Says nothing of who crossed the spread.
  @inlinable @inline(__always) public static var noSide: ConditionSet {
    ConditionSet(rawValue: 0x7FFF_B000_00FF)
  }
  /// The side is less certain.
  @inlinable @inline(__always) public static var weakSide: ConditionSet {
    ConditionSet(rawValue: 0x4C00_0200)
  }
}

// MARK: Stock tapes

extension ConditionSet {
  /// Child of an intermarket sweep order.
  @inlinable @inline(__always) public static var equityIntermarketSweep: ConditionSet {
    ConditionSet(rawValue: 0x4000)
  }
  /// Both sides brought together by one broker.
  @inlinable @inline(__always) public static var equityCross: ConditionSet {
    ConditionSet(rawValue: 0x200)
  }
  /// From an opening, reopening or closing auction.
  @inlinable @inline(__always) public static var equityAuction: ConditionSet {
    ConditionSet(rawValue: 0x80_0000_120E_0100)
  }
  /// Reported late or out of sequence.
  @inlinable @inline(__always) public static var equityLate: ConditionSet {
    ConditionSet(rawValue: 0x3_C000_2020)
  }
  /// Outside the regular session.
  @inlinable @inline(__always) public static var equityExtendedHours: ConditionSet {
    ConditionSet(rawValue: 0x3000)
  }
  /// Priced by something other than the market of the moment: average, derived, prior or contingent prices.
  @inlinable @inline(__always) public static var equityOffMarket: ConditionSet {
    ConditionSet(rawValue: 0x30_0000_2070_0484)
  }
  /// Smaller than a round lot.
  @inlinable @inline(__always) public static var equityOddLot: ConditionSet {
    ConditionSet(rawValue: 0x20_0000_0000)
  }
  /// Repeats an execution that is on the tape already: official open and close, corrected close.
  @inlinable @inline(__always) public static var equitySummary: ConditionSet {
    ConditionSet(rawValue: 0x40_0001_8000)
  }
  /// Does not count in volume.
  @inlinable @inline(__always) public static var equityNoVolume: ConditionSet {
    ConditionSet(rawValue: 0x40_0001_8000)
  }
  /// Does not set the day's high and low.
  @inlinable @inline(__always) public static var equityNoHighLow: ConditionSet {
    ConditionSet(rawValue: 0x30_0020_2031_B084)
  }
  /// Does not set the day's open and close.
  @inlinable @inline(__always) public static var equityNoOpenClose: ConditionSet {
    ConditionSet(rawValue: 0x30_0023_2073_B4A4)
  }
  /// Says nothing of who crossed the spread.
  @inlinable @inline(__always) public static var equityNoSide: ConditionSet {
    ConditionSet(rawValue: 0x30_0043_E071_A6A4)
  }
  /// The side is less certain.
  @inlinable @inline(__always) public static var equityWeakSide: ConditionSet {
    ConditionSet(rawValue: 0x80_0000_138E_0110)
  }
}

// MARK: Names

extension ConditionSet {
  /// The set of several vendor ids.
  public init(vendorIDs ids: some Sequence<Int>) {
    self = ids.reduce(into: []) { $0.formUnion(ConditionSet(vendorID: Int64($1))) }
  }

  /// The vendor's ids in the set, ascending, from the table that goes with the kind of instrument.
  public func ids(of kind: Instrument.Kind) -> [Int] { kind == .option ? optionIDs : equityIDs }

  /// The names of `ids(of:)`, in the same order; an id that is not in its table is called by its number.
  public func names(of kind: Instrument.Kind) -> [String] {
    ids(of: kind).map { id in
      let name = kind == .option ? OptionCondition.find(id)?.name : EquityCondition.find(id)?.name
      return name ?? "condition \(id)"
    }
  }
}
