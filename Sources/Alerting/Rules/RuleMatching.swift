import FlowEngine
import MarketModel
import Positioning

/// What rules ask of an instrument.
struct ContractTerms: Hashable, Sendable, BitwiseCopyable {
  var symbol: SymbolText
  var underlying: SymbolText
  /// Otherwise the next three mean nothing.
  var isOption: Bool
  var right: OptionRight
  var expiry: MarketDate
  var strike: Price
}

extension ContractTerms {
  init(_ id: InstrumentID, _ instruments: InstrumentTable) {
    let instrument = instruments[id]
    self.init(
      symbol: instrument.symbol, underlying: instruments[instrument.underlying].symbol,
      isOption: instrument.kind == .option, right: instrument.right, expiry: instrument.expiry,
      strike: instrument.strike)
  }

  /// From the store's texts; nil for what is no symbol.
  init?(symbol: String, underlying: String) {
    guard let text = SymbolText(symbol), let owner = SymbolText(underlying) else { return nil }
    let option = OptionSymbol(polygon: symbol)
    self.init(
      symbol: text, underlying: owner, isOption: option != nil, right: option?.right ?? .call,
      expiry: option?.expiry ?? MarketDate(daysSinceEpoch: 0), strike: option?.strike ?? .zero)
  }
}

/// What rules ask of a print, of the engine's output or of the store's row.
struct PrintFacts: Hashable, Sendable, BitwiseCopyable {
  /// `LabeledPrint.number`.
  var number: Int64
  var time: Timestamp
  var contract: ContractTerms
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
  init(_ print: borrowing LabeledPrint, _ instruments: InstrumentTable) {
    self.init(
      number: print.number, time: print.trade.time, contract: ContractTerms(print.trade.instrument, instruments),
      price: print.trade.price, size: Int64(print.trade.size), premiumMicros: print.premiumMicros, side: print.side,
      method: print.method, flags: print.flags, venue: print.trade.venue, deltaNanos: print.deltaNanos,
      gammaNanos: print.gammaNanos, volatilityNanos: print.impliedVolatilityNanos)
  }
}

/// What rules ask of a detection, likewise.
struct DetectionFacts: Hashable, Sendable, BitwiseCopyable {
  var id: DetectionID
  var kind: DetectionKind
  var isWithdrawn: Bool
  var side: AggressorSide
  var effect: PositionEffect
  /// The contract, or the first of several.
  var contract: ContractTerms
  var contractCount: Int
  var confidencePermille: Int
  var firstTime: Timestamp
  var lastTime: Timestamp
  var prints: Int64
  var size: Int64
  var premiumMicros: Int64
  /// Zero when not known.
  var underlyingPrice: Price
}

extension DetectionFacts {
  init(_ detection: borrowing Detection, _ instruments: InstrumentTable) {
    var contract = ContractTerms(detection.instrument, instruments)
    contract.underlying = instruments[detection.underlying].symbol
    self.init(
      id: detection.id, kind: detection.kind, isWithdrawn: detection.state == .withdrawn, side: detection.side,
      effect: detection.effect, contract: contract, contractCount: Int(detection.contractCount),
      confidencePermille: Int(detection.confidencePermille), firstTime: detection.firstTime,
      lastTime: detection.lastTime, prints: detection.prints, size: detection.size,
      premiumMicros: detection.premiumMicros, underlyingPrice: detection.underlyingPrice)
  }
}

extension RuleFilter {
  /// Whether a print passes. The cheap questions come first: most prints fail them.
  func matches(_ print: PrintFacts) -> Bool {
    if let least = minimumPremiumMicros, print.premiumMicros < least { return false }
    if let least = minimumSize, print.size < least { return false }
    if let side, print.side != side { return false }
    guard print.flags.isSuperset(of: flags) else { return false }
    if !methods.isEmpty, !methods.contains(print.method) { return false }
    if !venues.isEmpty, !venues.contains(print.venue) { return false }
    return RuleFilter.isWithin(print.deltaNanos, minimumDeltaNanos, maximumDeltaNanos)
      && RuleFilter.isWithin(print.gammaNanos, minimumGammaNanos, maximumGammaNanos)
      && RuleFilter.isWithin(print.volatilityNanos, minimumVolatilityNanos, maximumVolatilityNanos)
      && matches(print.contract, at: print.time)
  }

  private static func isWithin(_ value: Int64, _ least: Int64?, _ most: Int64?) -> Bool {
    if least == nil && most == nil { return true }
    guard value != ContractReference.unknown else { return false }
    return value >= least ?? .min && value <= most ?? .max
  }

  func matches(_ detection: DetectionFacts) -> Bool {
    if !kinds.isEmpty, !kinds.contains(detection.kind) { return false }
    if let least = minimumPremiumMicros, detection.premiumMicros < least { return false }
    if let least = minimumSize, detection.size < least { return false }
    if let least = minimumConfidencePermille, detection.confidencePermille < least { return false }
    if let least = minimumPrints, detection.prints < least { return false }
    if let side, detection.side != side { return false }
    if let effect, detection.effect != effect { return false }
    return matches(detection.contract, at: detection.lastTime)
  }

  func matches(_ level: PositioningLevel, underlying: SymbolText) -> Bool {
    (levels.isEmpty || levels.contains(level)) && matches(symbol: underlying, underlying: underlying)
  }

  func matches(_ incident: FeedIncident.Kind) -> Bool { incidents.isEmpty || incidents.contains(incident) }

  private func matches(_ contract: ContractTerms, at time: Timestamp) -> Bool {
    guard matches(symbol: contract.symbol, underlying: contract.underlying) else { return false }
    guard asksForContract else { return true }
    guard contract.isOption else { return false }
    if let right, contract.right != right { return false }
    if let expiry, contract.expiry != expiry { return false }
    if let least = minimumStrike, contract.strike < least { return false }
    if let most = maximumStrike, contract.strike > most { return false }
    guard minimumDaysToExpiry != nil || maximumDaysToExpiry != nil else { return true }
    let days = Int(contract.expiry.daysSinceEpoch) - Int(NewYorkTime(time).date.daysSinceEpoch)
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
