import MarketModel

/// One contract of an order in several: all of its prints together.
struct SpreadLeg: BitwiseCopyable {
  var instrument: InstrumentID
  var strike: Int64
  /// Days since 1970.
  var expiry: Int32
  var isCall: Bool
  var size: Int64
  /// +1 bought, -1 sold, 0 when nothing says.
  var direction: Int64

  /// By expiry, strike, and puts before calls.
  static func stands(_ a: SpreadLeg, before b: SpreadLeg) -> Bool {
    (a.expiry, a.strike, a.isCall ? 1 : 0) < (b.expiry, b.strike, b.isCall ? 1 : 0)
  }
}

/// What contracts make together, by strikes, expiries, rights and sizes alone. Directions decide only between those that have the
/// same contracts (strangle and risk reversal, straddle and synthetic stock); where nothing says them, the first is named.
enum SpreadShape {
  /// - Parameters:
  ///   - legs: different contracts of one underlying, in the order of `SpreadLeg.stands`.
  ///   - mustAgree: whether directions that speak against a shape rule it out.
  /// - Returns: nil for what has no name here.
  static func name(_ legs: [SpreadLeg], mustAgree: Bool) -> DetectionKind? {
    switch legs.count {
    case 2: ofTwo(legs[0], legs[1], mustAgree)
    case 3: isButterfly(legs) && (!mustAgree || agree(legs, [1, -1, 1])) ? .butterfly : nil
    case 4: isIronButterfly(legs) && (!mustAgree || agree(legs, [1, -1, -1, 1])) ? .butterfly : nil
    default: nil
    }
  }

  private static func ofTwo(_ a: SpreadLeg, _ b: SpreadLeg, _ mustAgree: Bool) -> DetectionKind? {
    guard a.size == b.size else { return nil }
    let areOpposite = a.direction * b.direction < 0
    if a.isCall == b.isCall {
      if mustAgree, !areOpposite { return nil }
      if a.expiry == b.expiry { return .verticalSpread }
      return a.strike == b.strike ? .calendarSpread : nil
    }
    guard a.expiry == b.expiry else { return nil }
    if mustAgree, a.direction * b.direction == 0 { return nil }
    // Bought call and sold put of one strike are stock.
    if a.strike == b.strike { return areOpposite ? nil : .straddle }
    return areOpposite ? .riskReversal : .strangle
  }

  /// One, two, one of one right and expiry; the wings need not be equally wide.
  private static func isButterfly(_ legs: [SpreadLeg]) -> Bool {
    legs[0].isCall == legs[1].isCall && legs[1].isCall == legs[2].isCall && legs[0].expiry == legs[2].expiry
      && legs[0].size == legs[2].size && legs[1].size == 2 * legs[0].size
  }

  /// A straddle within a strangle.
  private static func isIronButterfly(_ legs: [SpreadLeg]) -> Bool {
    legs[0].expiry == legs[3].expiry && legs[1].strike == legs[2].strike && legs[0].strike < legs[1].strike
      && legs[2].strike < legs[3].strike && !legs[0].isCall && !legs[1].isCall && legs[2].isCall && legs[3].isCall
      && legs.allSatisfy { $0.size == legs[0].size }
  }

  /// All bought and sold as in the pattern, or all the other way.
  private static func agree(_ legs: [SpreadLeg], _ pattern: [Int64]) -> Bool {
    let signs = zip(legs, pattern).map { $0.direction * $1 }
    return signs.allSatisfy { $0 == 1 } || signs.allSatisfy { $0 == -1 }
  }
}
