import MarketModel

/// What makes a print of a contract and side a leg.
struct LegRule: BitwiseCopyable {
  var minimumPremiumMicros: Int64 = .min
  /// At or through the quote.
  var isAggressive = false
  /// An intermarket sweep order by its condition.
  var isMarked = false

  /// Late prints and those read from history came in another order than that in which they were made.
  func admits(_ print: TapePrint, _ side: AggressorSide) -> Bool {
    print.side == side && print.premiumMicros >= minimumPremiumMicros
      && (!isAggressive || print.method == .atOrAboveAsk || print.method == .atOrBelowBid)
      && (!isMarked || print.flags.contains(.intermarketSweep)) && print.flags.isDisjoint(with: [.backfilled, .late])
  }
}

/// Prints of one contract and side that came close together, summed up: what a sweep consists of.
struct PrintBurst: BitwiseCopyable {
  let id: DetectionID
  let instrument: InstrumentID
  let underlying: InstrumentID
  let side: AggressorSide
  /// Prints may still join it.
  var isUnderWay = true
  /// Count of the burst of the same contract and side before it, 0 for none.
  var previous: UInt32 = 0
  /// Stream times at which its first and its newest print were booked.
  private(set) var firstTime = Timestamp.none
  private(set) var lastTime = Timestamp.none
  /// Numbers within the day.
  private(set) var firstPrint: Int64 = 0
  private(set) var lastPrint: Int64 = 0
  private(set) var prints: Int64 = 0
  private(set) var size: Int64 = 0
  private(set) var premiumMicros: Int64 = 0
  private(set) var netDeltaNanos: Int64 = 0
  /// Prints that the tape marks as intermarket sweep orders.
  private(set) var markedPrints: Int64 = 0
  /// A bit for each venue, its number modulo 64: the options exchanges are numbered 300 to 325 (OPRA.md section 2).
  private var venueBits: UInt64 = 0
  var underlyingPrice = Price.zero

  init(id: DetectionID, _ seen: borrowing SeenPrint) {
    self.id = id
    instrument = seen.print.trade.instrument
    underlying = seen.underlying
    side = seen.print.side
    underlyingPrice = seen.print.underlyingPrice
  }

  /// Different venues.
  var venues: Int { venueBits.nonzeroBitCount }

  /// Whether the print is one of those the burst goes over; whether it is one of the burst's kind is for the caller to say.
  func spans(_ number: Int64) -> Bool { firstPrint <= number && number <= lastPrint }

  /// Takes in a print, older or newer than those that are in.
  mutating func add(_ print: TapePrint) {
    if prints == 0 || print.number < firstPrint {
      firstPrint = print.number
      firstTime = print.time
    }
    if prints == 0 || print.number > lastPrint {
      lastPrint = print.number
      lastTime = print.time
    }
    count(print, 1)
    venueBits |= 1 << UInt64(print.venue.rawValue & 63)
  }

  private mutating func count(_ print: TapePrint, _ weight: Int64) {
    prints += weight
    size += weight * Int64(print.size)
    premiumMicros += weight * print.premiumMicros
    netDeltaNanos += weight * print.netDeltaNanos
    if print.flags.contains(.intermarketSweep) { markedPrints += weight }
  }

  /// Takes out a print that is void on the tape. Venues and ends are those of the prints that stand, as far as the tape goes back.
  mutating func remove(_ void: TapePrint, _ tape: borrowing PrintTape, _ rule: LegRule) {
    guard tape.oldest <= firstPrint else { return count(void, -1) }
    var standing = self
    standing.forgetPrints()
    var next = tape.find(lastPrint)
    while let print = next, print.pointee.number >= firstPrint {
      if !print.pointee.isVoid, rule.admits(print.pointee, side) { standing.add(print.pointee) }
      next = tape.previous(print)
    }
    // Nothing stands: where it was remains known.
    if standing.prints == 0 {
      (standing.firstPrint, standing.lastPrint) = (firstPrint, lastPrint)
      (standing.firstTime, standing.lastTime) = (firstTime, lastTime)
    }
    self = standing
  }

  private mutating func forgetPrints() {
    (prints, size, premiumMicros, netDeltaNanos, markedPrints) = (0, 0, 0, 0, 0)
    venueBits = 0
  }

  /// - Parameters:
  ///   - printsBefore: prints of the source before the day.
  func detection(
    _ kind: DetectionKind, _ state: DetectionState, _ factors: ConfidenceFactors, printsBefore: Int64
  ) -> Detection {
    Detection(
      id: id, kind: kind, state: state, side: side, effect: .unknown, instrument: instrument, underlying: underlying,
      contractCount: 1, confidencePermille: factors.confidencePermille, firstTime: firstTime, lastTime: lastTime,
      firstPrint: printsBefore + firstPrint, lastPrint: printsBefore + lastPrint, prints: prints, size: size,
      premiumMicros: premiumMicros, netDeltaNanos: netDeltaNanos, underlyingPrice: underlyingPrice, factors: factors)
  }
}
