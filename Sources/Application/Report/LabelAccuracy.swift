import FlowEngine
import MarketModel
import Simulator

/// What became of prints whose initiators are known.
struct LabelCounts: Hashable, Sendable {
  var prints: Int64 = 0
  /// The side is the initiator's; or `mid`, and there was none.
  var right: Int64 = 0
  /// Said to be at the midpoint, where nobody crosses the spread, although somebody had come to trade.
  var mid: Int64 = 0
  /// The other side, or a side where nobody had one.
  var wrong: Int64 = 0
  var unknown: Int64 = 0
  /// Sides that do not say that they are less certain.
  var unmarked: Int64 = 0

  /// Of all prints, those without a side, too; 0 for none.
  var rightShare: Double { share(right) }
  var unknownShare: Double { share(unknown) }
  /// Prints that were given a side, or the midpoint.
  var guesses: Int64 { prints - unknown }

  private func share(_ count: Int64) -> Double { prints == 0 ? 0 : Double(count) / Double(prints) }

  mutating func add(_ print: LabeledPrint, initiator: Initiator) {
    prints += 1
    if !print.flags.contains(.weakSide) { unmarked += 1 }
    switch (print.side, initiator) {
    case (.unknown, _): unknown += 1
    case (.buy, .buyer), (.sell, .seller), (.mid, .nobody): right += 1
    case (.mid, _): mid += 1
    case (.buy, _), (.sell, _): wrong += 1
    }
  }
}

/// What a circumstance has to come to.
enum LabelDemand: Hashable, Sendable {
  /// At least this share is right.
  case right(Double)
  /// Not one has a side.
  case unknown
  /// Not one is said to be bought or sold.
  case noSide
  /// Each says that its side is less certain.
  case markedWeak

  func holds(_ counts: LabelCounts) -> Bool {
    guard counts.prints > 0 else { return false }
    return switch self {
    case .right(let least): counts.rightShare >= least
    case .unknown: counts.guesses == 0
    case .noSide: counts.right + counts.wrong == 0
    case .markedWeak: counts.unmarked == 0
    }
  }

  var words: String {
    switch self {
    case .right(let least): "\(Int(least * 100)) % right"
    case .unknown: "all unknown"
    case .noSide: "no side"
    case .markedWeak: "marked weak"
    }
  }
}

extension TapeCircumstance {
  /// At a locked quote the product says `mid`; single legs from a floor get a side that is marked as less certain.
  var demand: LabelDemand {
    switch self {
    case .fresh, .race: .right(0.99)
    case .locked: .noSide
    case .floor: .markedWeak
    case .overtaken, .stale, .crossed, .missing, .lost, .late, .cross, .multiLeg, .stockTied, .offMarket: .unknown
    }
  }

  /// Whether sides can be told, so that the age of the quote means something.
  var isTellable: Bool { demand == .right(0.99) }
}

/// How old the prevailing quote was, in steps.
enum QuoteAge: Int, Hashable, Sendable, CaseIterable {
  case sameMillisecond, underTenMilliseconds, underHundredMilliseconds, underSecond, underTenSeconds, underMinute
  case upToFiveMinutes, older, none

  init(_ print: LabeledPrint) {
    let nanoseconds = print.trade.time - print.quoteTime
    self =
      switch nanoseconds {
      case _ where print.quoteTime == .none: .none
      case ..<1_000_000: .sameMillisecond
      case ..<10_000_000: .underTenMilliseconds
      case ..<100_000_000: .underHundredMilliseconds
      case ..<1_000_000_000: .underSecond
      case ..<10_000_000_000: .underTenSeconds
      case ..<60_000_000_000: .underMinute
      case ...300_000_000_000: .upToFiveMinutes
      default: .older
      }
  }

  var name: String {
    switch self {
    case .sameMillisecond: "same millisecond"
    case .underTenMilliseconds: "under 10 ms"
    case .underHundredMilliseconds: "under 100 ms"
    case .underSecond: "under 1 s"
    case .underTenSeconds: "under 10 s"
    case .underMinute: "under 1 min"
    case .upToFiveMinutes: "up to 5 min"
    case .older: "older"
    case .none: "no quote"
    }
  }
}

/// Labels held against what is known of their prints.
struct LabelAccuracy: Hashable, Sendable {
  private(set) var byCircumstance: [TapeCircumstance: LabelCounts] = [:]
  private(set) var byMethod: [LabelMethod: LabelCounts] = [:]
  /// Of prints whose side can be told.
  private(set) var byQuoteAge: [QuoteAge: LabelCounts] = [:]
  /// Prints that the rules leave out of everything.
  private(set) var leftOut: Int64 = 0

  mutating func add(_ print: LabeledPrint, _ known: KnownPrint) {
    precondition(
      print.trade.sequence == known.sequence,
      "LabelAccuracy: print \(print.trade.sequence) is not \(known.sequence), which it is held against")
    byCircumstance[known.circumstance, default: LabelCounts()].add(print, initiator: known.initiator)
    byMethod[print.method, default: LabelCounts()].add(print, initiator: known.initiator)
    guard known.circumstance.isTellable else { return }
    byQuoteAge[QuoteAge(print), default: LabelCounts()].add(print, initiator: known.initiator)
  }

  mutating func leaveOut() { leftOut += 1 }

  /// Whether every circumstance came to what it has to.
  var holds: Bool {
    leftOut == 0 && TapeCircumstance.allCases.allSatisfy { $0.demand.holds(byCircumstance[$0] ?? LabelCounts()) }
  }

  /// Prints that have to be unknown and are not.
  var guesses: Int64 {
    byCircumstance.reduce(0) { $1.key.demand == .unknown ? $0 + $1.value.guesses : $0 }
  }

  /// Prints that have to be unknown.
  var untellable: Int64 {
    byCircumstance.reduce(0) { $1.key.demand == .unknown ? $0 + $1.value.prints : $0 }
  }

  /// Everything whose side can be told.
  var tellable: LabelCounts {
    var sum = LabelCounts()
    for counts in byQuoteAge.values { sum.add(counts) }
    return sum
  }
}

extension LabelCounts {
  mutating func add(_ other: LabelCounts) {
    prints += other.prints
    right += other.right
    mid += other.mid
    wrong += other.wrong
    unknown += other.unknown
    unmarked += other.unmarked
  }
}
