import MarketModel

/// What a print's conditions mean for the sums and for its side (protocol: OPRA condition table, Polygon equity conditions).
@usableFromInline
struct PrintTreatment: Equatable {
  /// Counts in volume, premium and everything summed from them.
  var countsVolume = true
  /// Sets last price, high and low.
  var setsPrice = true
  /// Declares an earlier print void instead of being one.
  var cancels = false
  /// Why no side may be inferred; nil when it may.
  var withoutSide: LabelMethod?
  var flags: PrintFlags = []

  /// An ordinary execution.
  static var plain: PrintTreatment { PrintTreatment() }

  private init() {}

  /// Of an option's conditions. The common case is decided by one mask.
  @inline(__always)
  static func option(_ conditions: ConditionSet) -> PrintTreatment {
    conditions.isSubset(of: .automaticExecution) ? .plain : PrintTreatment(unusualOption: conditions)
  }

  @inline(never)
  private init(unusualOption conditions: ConditionSet) {
    func has(_ mask: ConditionSet) -> Bool { !conditions.isDisjoint(with: mask) }
    if has(.intermarketSweep) { flags.insert(.intermarketSweep) }
    if has(.multiLeg) { flags.insert(.multiLeg) }
    if has(.floor) { flags.insert(.floor) }
    if has(.cross) { flags.insert(.cross) }
    if has(.auction) { flags.insert(.auction) }
    if has(.late) { flags.insert(.late) }
    if has(.extendedHours) { flags.insert(.extendedHours) }
    if has(.weakSide) { flags.insert(.weakSide) }
    countsVolume = !has(.noVolume)
    setsPrice = !has(.noOpenClose)
    cancels = has(.cancel)
    if cancels {
      withoutSide = .cancelled
    } else if has(.late) {
      withoutSide = .lateOrOutOfSequence
    } else if has(.offMarket) {
      withoutSide = .offMarket
    } else if has(.multiLeg) {
      withoutSide = .multiLeg
    } else if has(.stockTied) {
      withoutSide = .stockTied
    } else if has(.cross) {
      withoutSide = .cross
    }
  }

  /// Of a stock print's conditions and reporting facility.
  init(equity trade: Trade) {
    if trade.reportingFacility != 0 { flags.insert(.offExchange) }
    if trade.conditions.isEmpty { return }
    func has(_ mask: ConditionSet) -> Bool { !trade.conditions.isDisjoint(with: mask) }
    if has(.equityIntermarketSweep) { flags.insert(.intermarketSweep) }
    if has(.equityLate) { flags.insert(.late) }
    if has(.equityExtendedHours) { flags.insert(.extendedHours) }
    countsVolume = !has(.equityNoVolume)
    setsPrice = !has(.equityNoOpenClose)
    if has(.equityCross) { flags.insert(.cross) }
    if has(.equityAuction) { flags.insert(.auction) }
    if has(.equityWeakSide) { flags.insert(.weakSide) }
    if has(.equityLate) {
      withoutSide = .lateOrOutOfSequence
    } else if has(.equityCross) {
      withoutSide = .cross
    } else if has(.equityNoSide) {
      withoutSide = .offMarket
    }
  }
}

extension ConditionSet {
  /// OPRA `I`, AUTO: most prints carry it and nothing else.
  @inline(__always) static var automaticExecution: ConditionSet { ConditionSet(vendorID: 209) }
  /// The benchmark's excluded family, ids 201...208.
  @inline(__always) static var referenceExcluded: ConditionSet { ConditionSet(rawValue: 0xFF) }
}
