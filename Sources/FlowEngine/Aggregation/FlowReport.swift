import MarketModel

/// One underlying's option flow at one moment of the stream, for a reader on another thread: who wants one lends a report with
/// the underlying's id, the engine fills it and hands it back. Reused, it allocates nothing once its arrays have grown.
public final class FlowReport: @unchecked Sendable {
  /// Whose flow; set by who asks.
  public var underlying = InstrumentID(0)
  public var streamTime = Timestamp.none
  /// Trading day; nil before the first event.
  public var session: MarketDate?
  /// First moment of the trading day, and the first that is too late: 04:00 New York time.
  public var dayStart = Timestamp.none
  public var dayEnd = Timestamp.none
  /// First moment of the last 60 minutes: the minute under way and the 59 before it, as far as they are of the day.
  public var windowStart = Timestamp.none
  /// False when `windowStart` is later than it should be, because the window's bound (`Limits.flowCells`) was reached.
  public var isWindowWhole = true
  /// `LabeledPrint.number` of the day's first print, and of the newest one that is in; none is when the latter is lower.
  public var firstPrint: Int64 = 1
  public var lastPrint: Int64 = 0
  /// Least premium of a print that counts as institutional.
  public var institutionalPremiumMicros: Int64 = 0
  /// The day by contract, kind and side, in no order; only what has prints.
  public var day: [FlowCell] = []
  /// The minutes from `windowStart` on, likewise. A cell may come in pieces, some of them below zero.
  public var minutes: [FlowCell] = []
  /// The day in steps of five minutes by right and side, ascending.
  public var intervals: [FlowCell] = []

  public init() {}
}

/// Sums of one underlying's prints that have something in common.
@frozen public struct FlowCell: Hashable, Sendable, BitwiseCopyable {
  /// Start of the minute or of the five minutes; `.none` for the day.
  public var start: Timestamp
  /// Zero in `FlowReport.intervals`; likewise expiry and kind mean nothing there.
  public var strike: Price
  public var expiry: MarketDate
  public var kind: TradeKind
  public var right: OptionRight
  public var side: AggressorSide
  public var sums: FlowSums
}

extension FlowEngine {
  /// Copies one underlying's flow for a reader; cells without a print are left out.
  public func fill(_ report: FlowReport) {
    let (wanted, whole) = flow.windowStart(at: streamTime)
    report.streamTime = streamTime
    report.session = session
    report.dayStart = flow.dayStart
    report.dayEnd = flow.dayEnd
    report.windowStart = session == nil ? .none : Timestamp(minute: whole)
    report.isWindowWhole = whole == wanted
    report.firstPrint = printsBefore + 1
    report.lastPrint = printsBefore + tally.prints
    report.institutionalPremiumMicros = flow.institutionalPremiumMicros
    report.day.removeAll(keepingCapacity: true)
    report.minutes.removeAll(keepingCapacity: true)
    report.intervals.removeAll(keepingCapacity: true)
    guard report.underlying.index < contractCount else { return }
    let slot = contracts[report.underlying.index].underlyingSlot
    guard slot != ContractState.noSlot, !contracts[report.underlying.index].isOption else { return }
    flow.forEachContract(of: slot) { contract in
      let instrument = instruments[contract.instrument]
      for place in 0..<FlowAggregates.places where contract.sums[place].prints != 0 {
        report.day.append(FlowCell(instrument, place, .none, contract.sums[place]))
      }
      flow.forEachCell(of: contract, from: whole) { cell in
        report.minutes.append(FlowCell(instrument, Int(cell.place), Timestamp(minute: cell.minute), cell.sums))
      }
    }
    fillIntervals(report, slot)
  }

  private func fillIntervals(_ report: FlowReport, _ slot: UInt32) {
    for interval in flow.intervals(of: slot) {
      for column in 0..<8 where interval.sums[column].prints != 0 {
        report.intervals.append(
          FlowCell(
            start: Timestamp(minute: interval.minute), strike: .zero, expiry: MarketDate(daysSinceEpoch: 0),
            kind: .single,
            right: column < AggressorSide.count ? .call : .put,
            side: AggressorSide(position: column % AggressorSide.count), sums: interval.sums[column]))
      }
    }
  }

  /// Books an option print that is in the sums of the day.
  @inline(__always)
  mutating func aggregate(_ print: LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>) {
    flow.add(
      print.trade.instrument, underlying: contract.pointee.underlyingSlot, isCall: contract.pointee.isCall,
      time: print.trade.time, streamTime: streamTime, size: print.trade.size, premiumMicros: print.premiumMicros,
      netDeltaNanos: print.netDeltaNanos, kind: print.kind, side: print.side, weight: 1)
  }

  /// Takes back one that the venue took back.
  mutating func disaggregate(
    _ print: RememberedPrint, of instrument: InstrumentID, _ contract: UnsafeMutablePointer<ContractState>
  ) {
    flow.add(
      instrument, underlying: contract.pointee.underlyingSlot, isCall: contract.pointee.isCall, time: print.tradeTime,
      streamTime: streamTime, size: print.size, premiumMicros: print.premiumMicros, netDeltaNanos: print.netDeltaNanos,
      kind: print.kind, side: print.side, weight: -1)
  }
}

extension FlowCell {
  fileprivate init(_ instrument: Instrument, _ place: Int, _ start: Timestamp, _ sums: FlowSums) {
    self.init(
      start: start, strike: instrument.strike, expiry: instrument.expiry,
      kind: TradeKind.allCases[place / AggressorSide.count], right: instrument.right,
      side: AggressorSide(position: place % AggressorSide.count), sums: sums)
  }
}

extension AggressorSide {
  fileprivate init(position: Int) {
    switch position {
    case 0: self = .sell
    case 1: self = .mid
    case 2: self = .buy
    default: self = .unknown
    }
  }
}
