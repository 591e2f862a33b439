import FlowEngine
import MarketModel

/// What rules ask of a print; of the engine's output or of the store's row.
struct PrintFacts: Hashable, Sendable, BitwiseCopyable {
  /// `LabeledPrint.number`.
  var number: Int64
  var time: Timestamp
  var instrument: Instrument
  var underlying: SymbolText
  var price: Price
  var size: Int64
  var premiumMicros: Int64
  var side: AggressorSide
  var method: LabelMethod
  var flags: PrintFlags
  var venue: VenueID
  /// In 1e-9; `ContractReference.unknown` when not known, likewise the next two.
  var deltaNanos: Int64
  var gammaNanos: Int64
  var volatilityNanos: Int64
}

extension PrintFacts {
  /// A print of the engine.
  init(_ print: borrowing LabeledPrint, _ instruments: InstrumentTable) {
    number = print.number
    time = print.trade.time
    instrument = instruments[print.trade.instrument]
    underlying = instruments[instrument.underlying].symbol
    price = print.trade.price
    size = Int64(print.trade.size)
    premiumMicros = print.premiumMicros
    side = print.side
    method = print.method
    flags = print.flags
    venue = print.trade.venue
    deltaNanos = print.deltaNanos
    gammaNanos = print.gammaNanos
    volatilityNanos = print.impliedVolatilityNanos
  }
}

extension RuleFilter {
  /// Whether a print passes. The cheap questions come first: most prints fail them.
  func matches(_ print: borrowing PrintFacts) -> Bool {
    if let least = minimumPremiumMicros, print.premiumMicros < least { return false }
    if let least = minimumSize, print.size < least { return false }
    if let side, print.side != side { return false }
    guard print.flags.isSuperset(of: flags) else { return false }
    if !methods.isEmpty, !methods.contains(print.method) { return false }
    if !venues.isEmpty, !venues.contains(print.venue) { return false }
    return RuleFilter.isWithin(print.deltaNanos, minimumDeltaNanos, maximumDeltaNanos)
      && RuleFilter.isWithin(print.gammaNanos, minimumGammaNanos, maximumGammaNanos)
      && RuleFilter.isWithin(print.volatilityNanos, minimumVolatilityNanos, maximumVolatilityNanos)
      && matches(print.instrument, underlying: print.underlying, at: print.time)
  }

  private static func isWithin(_ value: Int64, _ least: Int64?, _ most: Int64?) -> Bool {
    if least == nil && most == nil { return true }
    guard value != ContractReference.unknown else { return false }
    return value >= least ?? .min && value <= most ?? .max
  }

  func matches(_ detection: borrowing Detection, _ instrument: Instrument, underlying: SymbolText) -> Bool {
    if !kinds.isEmpty, !kinds.contains(detection.kind) { return false }
    if let least = minimumPremiumMicros, detection.premiumMicros < least { return false }
    if let least = minimumSize, detection.size < least { return false }
    if let least = minimumConfidencePermille, Int(detection.confidencePermille) < least { return false }
    if let least = minimumPrints, detection.prints < least { return false }
    if let side, detection.side != side { return false }
    if let effect, detection.effect != effect { return false }
    return matches(instrument, underlying: underlying, at: detection.lastTime)
  }

  func matches(_ level: PositioningLevel, underlying: SymbolText) -> Bool {
    (levels.isEmpty || levels.contains(level)) && matches(symbol: underlying, underlying: underlying)
  }

  func matches(_ incident: FeedIncident.Kind) -> Bool { incidents.isEmpty || incidents.contains(incident) }

  private func matches(_ instrument: Instrument, underlying: SymbolText, at time: Timestamp) -> Bool {
    guard matches(symbol: instrument.symbol, underlying: underlying) else { return false }
    guard asksForContract else { return true }
    guard instrument.kind == .option else { return false }
    if let right, instrument.right != right { return false }
    if let expiry, instrument.expiry != expiry { return false }
    if let least = minimumStrike, instrument.strike < least { return false }
    if let most = maximumStrike, instrument.strike > most { return false }
    guard minimumDaysToExpiry != nil || maximumDaysToExpiry != nil else { return true }
    let days = Int(instrument.expiry.daysSinceEpoch) - Int(NewYorkTime(time).date.daysSinceEpoch)
    return days >= minimumDaysToExpiry ?? .min && days <= maximumDaysToExpiry ?? .max
  }

  /// An equity has none of what these ask for.
  private var asksForContract: Bool {
    right != nil || expiry != nil || minimumStrike != nil || maximumStrike != nil || minimumDaysToExpiry != nil
      || maximumDaysToExpiry != nil
  }

  private func matches(symbol: SymbolText, underlying: SymbolText) -> Bool {
    symbols.isEmpty || symbols.contains { $0 == symbol || $0 == underlying }
  }
}
