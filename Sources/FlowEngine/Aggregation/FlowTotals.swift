import MarketModel

/// The flow of some prints by right and side, and what is made of it. Net is buy less sell; the unlabelled (mid, unknown) are in
/// neither. Where a quotient has nothing to divide by it is nil, never zero.
public struct FlowTotals: Hashable, Sendable {
  /// Calls, then puts; by side.
  private var cells = [FlowSums](repeating: FlowSums(), count: 2 * AggressorSide.count)

  public init() {}

  public subscript(right: OptionRight, side: AggressorSide) -> FlowSums {
    cells[Int(right.rawValue) * AggressorSide.count + side.position]
  }

  public mutating func add(_ cell: FlowCell) {
    cells[Int(cell.right.rawValue) * AggressorSide.count + cell.side.position] += cell.sums
  }

  public func total(_ right: OptionRight) -> FlowSums { total { $0 == right ? AggressorSide.allCases : [] } }
  public func total(_ side: AggressorSide) -> FlowSums { total { _ in [side] } }
  public var total: FlowSums { total { _ in AggressorSide.allCases } }

  private func total(_ sides: (OptionRight) -> [AggressorSide]) -> FlowSums {
    var sum = FlowSums()
    for right in [OptionRight.call, .put] { for side in sides(right) { sum += self[right, side] } }
    return sum
  }

  /// Buy less sell premium of calls or of puts, millionths.
  public func netPremiumMicros(_ right: OptionRight) -> Int64 {
    self[right, .buy].premiumMicros &- self[right, .sell].premiumMicros
  }
  /// Buy less sell premium, calls and puts together.
  public var netPremiumMicros: Int64 { netPremiumMicros(.call) &+ netPremiumMicros(.put) }
  /// Net call less net put premium: above zero when the aggressors bet on a rise.
  public var directionalPremiumMicros: Int64 { netPremiumMicros(.call) &- netPremiumMicros(.put) }
  /// Premium of prints without an aggressor: mid and unknown.
  public var unlabelledPremiumMicros: Int64 {
    total(.mid).premiumMicros &+ total(.unknown).premiumMicros
  }

  /// Call over put premium.
  public var callPutPremiumRatio: Double? {
    quotient(total(.call).premiumMicros, total(.put).premiumMicros)
  }
  /// Call over put volume.
  public var callPutVolumeRatio: Double? { quotient(total(.call).volume, total(.put).volume) }
  /// Calls bought and puts sold less calls sold and puts bought, over all of these, by premium: -1 (bearish) to 1 (bullish). It
  /// speaks for the labelled premium only: see `unlabelledShare`.
  public var sentiment: Double? {
    quotient(directionalPremiumMicros, total(.buy).premiumMicros &+ total(.sell).premiumMicros)
  }
  /// Unlabelled over all premium.
  public var unlabelledShare: Double? { quotient(unlabelledPremiumMicros, total.premiumMicros) }
  /// Institutional over all premium.
  public var institutionalShare: Double? { quotient(total.institutionalPremiumMicros, total.premiumMicros) }

  private func quotient(_ numerator: Int64, _ denominator: Int64) -> Double? {
    denominator == 0 ? nil : Double(numerator) / Double(denominator)
  }
}

/// Which prints of the day.
public enum FlowSpan: String, Sendable, CaseIterable {
  case session
  /// The minute under way and the 59 before it.
  case hour = "60m"
}

/// What flow is broken down by.
public enum FlowGrouping: String, Sendable, CaseIterable {
  case strike, expiry, type, side, interval
}

/// What the prints of one row have in common.
public enum FlowGroup: Hashable, Sendable {
  case all
  case strike(Price)
  case expiry(MarketDate)
  case kind(TradeKind)
  case side(AggressorSide)
  /// First moment, and the first that is too late.
  case interval(Timestamp, Timestamp)
}

extension FlowReport {
  /// First moment of a span, and the first that is too late.
  public func bounds(of span: FlowSpan) -> (from: Timestamp, to: Timestamp) {
    switch span {
    case .session: (dayStart, dayEnd)
    case .hour: (windowStart, streamTime.minuteStart.adding(nanoseconds: 60_000_000_000))
    }
  }

  /// All prints of a span.
  public func totals(_ span: FlowSpan) -> FlowTotals {
    var totals = FlowTotals()
    for cell in span == .session ? day : minutes { totals.add(cell) }
    return totals
  }

  /// The rows of a span: strikes, expiries and intervals ascending, kinds and sides in their own order. Groups without a print
  /// are left out.
  /// - Parameter minutes: length of an interval: 5 or a multiple, of which an hour has a whole number.
  public func rows(
    _ span: FlowSpan, by grouping: FlowGrouping, intervalMinutes minutes: Int = 5
  ) -> [(group: FlowGroup, totals: FlowTotals)] {
    precondition(minutes % 5 == 0 && 60 % minutes == 0, "FlowReport.rows: intervals of \(minutes) minutes")
    let cells =
      switch (span, grouping) {
      case (.session, .interval): intervals
      case (.session, _): day
      case (.hour, _): self.minutes
      }
    let bounds = bounds(of: span)
    var groups: [FlowGroup: FlowTotals] = [:]
    for cell in cells {
      groups[group(of: cell, grouping, Int64(minutes) * 60_000_000_000, bounds), default: FlowTotals()].add(cell)
    }
    return groups.filter { $0.value.total.prints != 0 }.map { ($0.key, $0.value) }.sorted { $0.0.order < $1.0.order }
  }

  private func group(
    of cell: FlowCell, _ grouping: FlowGrouping, _ nanoseconds: Int64, _ bounds: (from: Timestamp, to: Timestamp)
  ) -> FlowGroup {
    switch grouping {
    case .strike: return .strike(cell.strike)
    case .expiry: return .expiry(cell.expiry)
    case .type: return .kind(cell.kind)
    case .side: return .side(cell.side)
    case .interval:
      let into = (cell.start.nanoseconds % nanoseconds + nanoseconds) % nanoseconds
      let start = cell.start.adding(nanoseconds: -into)
      return .interval(max(start, bounds.from), min(start.adding(nanoseconds: nanoseconds), bounds.to))
    }
  }
}

extension FlowGroup {
  fileprivate var order: Int64 {
    switch self {
    case .all: 0
    case .strike(let strike): strike.micros
    case .expiry(let expiry): Int64(expiry.daysSinceEpoch)
    case .kind(let kind): Int64(kind.rawValue)
    case .side(let side): Int64(side.rawValue)
    case .interval(let start, _): start.nanoseconds
    }
  }
}
