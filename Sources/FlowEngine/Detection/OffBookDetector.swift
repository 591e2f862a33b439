import MarketModel

/// When a print is taken for one that was not made on the lit book. Listed options have no dark pool and every print goes to the tape
/// (OPRA.md section 3): floor, cross, auction and late conditions are the nearest thing. Equities: reports to a FINRA facility.
public struct OffBookRule: Hashable, Sendable {
  /// Options: contracts of the print.
  public var minimumContracts: UInt32 = 50
  /// Options: the tape's conditions that say so.
  public var conditions: PrintFlags = [.floor, .cross, .auction, .late]
  /// Options: venues each of whose prints counts as one. None by default: every options exchange is lit.
  public var venues: [VenueID] = []
  /// Options: a print stamped longer ago than this was not made on the book of this moment.
  public var delayNanoseconds: Int64 = 30_000_000_000
  /// Equities: one of the two is enough (OPRA.md section 4: the exchanges' definition of a block).
  public var minimumShares: UInt32 = 10_000
  public var minimumSharePremiumMicros: Int64 = 200_000_000_000
  /// Size, premium and delay at which their factors are full, as multiples of the least.
  public var fullMultiple: Int64 = 10
  public init() {}
}

/// Gives out large prints that were arranged, auctioned or reported away from the lit book.
///
/// A condition, the venue or the delay makes it one. A passive price - inside the quote, where nobody crossed the spread - makes it more
/// likely and none by itself: half of the ordinary prints have one.
struct OffBookDetector: Detector {
  static let id = DetectorID.offBook
  private let rule: OffBookRule
  private var finds = SinglePrintLedger()

  init(_ rule: OffBookRule) { self.rule = rule }

  var refused: Int64 { finds.refused }

  @inline(__always)
  mutating func see(
    _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    if seen.isOption {
      if seen.print.trade.size >= rule.minimumContracts { try takeOption(seen, into: &outputs) }
    } else if seen.print.flags.contains(.offExchange) {
      try takeShares(seen, into: &outputs)
    }
  }

  @inline(never)
  private mutating func takeOption(
    _ seen: borrowing SeenPrint, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let trade = seen.print.trade
    // What we learned later by our own doing was not reported late.
    let isOurDelay = !trade.flags.isDisjoint(with: [.backfilled, .injected])
    let delay = isOurDelay ? 0 : seen.time - trade.time
    guard delay >= 0 else { throw DetectorFault(words: "no print is from after the stream's time", value: delay) }
    let isListed = !rule.venues.isEmpty && rule.venues.contains(trade.venue)
    let isMarked = !seen.print.flags.isDisjoint(with: rule.conditions)
    guard isMarked || isListed || delay > rule.delayNanoseconds else { return }
    let full = Float(rule.fullMultiple)
    let seconds = Float(delay) / 1e9
    let factors = ConfidenceFactors(
      ConfidenceFactor(
        .condition, weightPercent: 40, scorePermille: isMarked ? conditionScore(seen.print.flags) : 0,
        value: isMarked ? 1 : 0),
      ConfidenceFactor(.venueList, weightPercent: 10, scorePermille: isListed ? 1000 : 0, value: isListed ? 1 : 0),
      ConfidenceFactor(
        .delay, weightPercent: 15, seconds, half: Float(rule.delayNanoseconds) / 1e9,
        full: Float(rule.delayNanoseconds) / 1e9 * full),
      passivePrice(seen.print, weightPercent: 15),
      ConfidenceFactor(
        .size, weightPercent: 20, Float(trade.size), half: Float(rule.minimumContracts),
        full: Float(rule.minimumContracts) * full))
    finds.giveOut(seen, .offBook, .offBook, factors, into: &outputs)
  }

  /// Floor and cross are arranged by their nature; a print reported late may have been made on the book, and an auction mostly betters the
  /// price of a small order.
  private func conditionScore(_ flags: PrintFlags) -> UInt16 {
    if !flags.isDisjoint(with: [.floor, .cross]) { return 1000 }
    return flags.contains(.late) ? 700 : 500
  }

  @inline(never)
  private mutating func takeShares(
    _ seen: borrowing SeenPrint, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    let premium = seen.print.premiumMicros
    guard premium >= 0 else { throw DetectorFault(words: "a print has a premium of zero or more", value: premium) }
    let size = seen.print.trade.size
    let isLarge = size >= rule.minimumShares || premium >= rule.minimumSharePremiumMicros
    guard isLarge, seen.countsVolume else { return }
    let full = Float(rule.fullMultiple)
    // An average or a derived price was made elsewhere and at another time.
    let print = seen.print
    let isOfTheMoment = print.method != .offMarket && !print.flags.contains(.late)
    let factors = ConfidenceFactors(
      ConfidenceFactor(.condition, weightPercent: 40, scorePermille: isOfTheMoment ? 1000 : 500, value: 1),
      ConfidenceFactor(
        .size, weightPercent: 25, Float(size), half: Float(rule.minimumShares), full: Float(rule.minimumShares) * full),
      ConfidenceFactor(
        .premium, weightPercent: 25,
        scorePermille: FactorScore.rising(
          Float(premium), half: Float(rule.minimumSharePremiumMicros),
          full: Float(rule.minimumSharePremiumMicros) * full),
        value: Float(premium) / 1e6),
      passivePrice(seen.print, weightPercent: 10))
    finds.giveOut(seen, .offBook, .darkPool, factors, into: &outputs)
  }

  /// Full strictly inside the quote, none at or beyond it, half when there is none to compare with.
  private func passivePrice(_ print: LabeledPrint, weightPercent: UInt8) -> ConfidenceFactor {
    guard print.quoteTime != .none, print.ask > print.bid else {
      return ConfidenceFactor(.passivePrice, weightPercent: weightPercent, scorePermille: 500, value: 0)
    }
    let isInside = print.bid < print.trade.price && print.trade.price < print.ask
    return ConfidenceFactor(
      .passivePrice, weightPercent: weightPercent, scorePermille: isInside ? 1000 : 0, value: isInside ? 1 : 0)
  }

  mutating func takeBack(
    _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
  ) throws(DetectorFault) {
    finds.withdraw(tape.printsBefore + print.number, into: &outputs)
  }

  mutating func forgetDay() { finds.reset() }
  func save(into snapshot: inout SnapshotBytes) { finds.save(into: &snapshot) }
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) { try finds.restore(&reader) }
}
