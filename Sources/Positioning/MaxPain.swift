import MarketModel

/// The strike of an expiry at which its options together would pay out least, were the underlying there at expiry.
public struct MaxPain: Hashable, Sendable {
  /// Of strikes that cost the same, the lowest.
  public var strike: Price
  /// What all open contracts of the expiry would pay out there, in the underlying's currency.
  public var payout: Double
}

/// Open interest of one expiry by strike, calls and puts in shares.
struct PainLedger {
  private struct Row {
    var strike: Int64
    var calls: Int128 = 0
    var puts: Int128 = 0
  }
  private var rows: [Row] = []
  private var rowOfStrike: [Int64: Int] = [:]
  private var shares: Int128 = 0
  private var isKnown = false

  mutating func add(_ contract: PositioningContract) {
    let row: Int
    if let found = rowOfStrike[contract.strike.micros] {
      row = found
    } else {
      row = rows.count
      rowOfStrike[contract.strike.micros] = row
      rows.append(Row(strike: contract.strike.micros))
    }
    guard let openInterest = contract.openInterest else { return }
    isKnown = true
    let open = Int128(openInterest) * Int128(contract.multiplier)
    shares += open
    if contract.isCall { rows[row].calls += open } else { rows[row].puts += open }
  }

  /// Walks up the listed strikes: from one to the next each call below pays the step more, each put above the step less. In
  /// integers, so that equal is equal.
  var answer: Finding<MaxPain> {
    guard isKnown else { return .missing(.noOpenInterest) }
    guard shares > 0 else { return .missing(.noExposure) }
    let ascending = rows.sorted { $0.strike < $1.strike }
    var putsAbove: Int128 = 0
    var payout: Int128 = 0
    for row in ascending {
      putsAbove += row.puts
      payout += row.puts * Int128(row.strike - ascending[0].strike)
    }
    var callsBelow: Int128 = 0
    var least = (payout: payout, strike: ascending[0].strike)
    var last = ascending[0].strike
    for row in ascending {
      payout += (callsBelow - putsAbove) * Int128(row.strike - last)
      if payout < least.payout { least = (payout, row.strike) }
      callsBelow += row.calls
      putsAbove -= row.puts
      last = row.strike
    }
    return .found(MaxPain(strike: Price(micros: least.strike), payout: Double(least.payout) * 1e-6))
  }
}
