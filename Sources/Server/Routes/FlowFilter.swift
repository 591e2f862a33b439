import FlowEngine
import MarketModel
import Storage

/// A question that names some flow: the parameters `/top` and `/prints` share.
protocol FilteredQuestion: Sendable {
  var filter: PrintFilter { get set }
  var limit: Int { get set }
}

extension ParameterSet where Target: FilteredQuestion {
  /// The shared parameters.
  static func filters(
    sides: [AggressorSide], sideMeaning: String, standardLimit: Int, maximumLimit: Int = Limits.answerRows
  ) -> [Parameter<Target>] {
    [
      .text("symbol", "An underlying (SPY) or a whole contract (O:SPY251216C00572000).", wanted: symbolWanted) {
        question, text in
        question.filter.symbol = SymbolDirectory.canonical(text)
        return question.filter.symbol != nil
      },
      .text("expiry", "Last trading day.", format: "date", wanted: "a date such as 2025-12-16") { question, text in
        question.filter.expiry = MarketDate(text: text)
        return question.filter.expiry != nil
      },
      .choice("type", "Calls or puts only.") { $0.filter.right = $1 },
      .choice("side", sideMeaning, among: sides) { $0.filter.side = $1 },
      .money("min_premium", "Least premium in USD.") { $0.filter.minimumPremiumMicros = $1 },
      .integer("limit", "Most rows.", 1...maximumLimit, standard: standardLimit) { $0.limit = $1 },
    ]
  }

  private static var symbolWanted: String { "an underlying such as SPY or a contract such as O:SPY251216C00572000" }
}

/// A filter with its symbol looked up, for records in memory.
struct ResolvedFilter {
  private enum Scope {
    case all
    case underlying(InstrumentID)
    case contract(InstrumentID)
    case nothing
  }
  private let scope: Scope
  private let filter: PrintFilter

  init(_ filter: PrintFilter, in directory: SymbolDirectory) {
    self.filter = filter
    guard let symbol = filter.symbol else {
      scope = .all
      return
    }
    guard let id = directory.find(symbol) else {
      scope = .nothing
      return
    }
    scope = directory[id].instrument.kind == .option ? .contract(id) : .underlying(id)
  }

  /// Whether an instrument is wanted, by symbol, expiry and type.
  func matches(_ id: InstrumentID, _ instrument: Instrument) -> Bool {
    switch scope {
    case .all: break
    case .underlying(let wanted): if instrument.underlying != wanted { return false }
    case .contract(let wanted): if id != wanted { return false }
    case .nothing: return false
    }
    if filter.expiry == nil && filter.right == nil { return true }
    guard instrument.kind == .option else { return false }
    if let expiry = filter.expiry, instrument.expiry != expiry { return false }
    if let right = filter.right, instrument.right != right { return false }
    return true
  }

  func matches(_ print: LabeledPrint, in directory: SymbolDirectory) -> Bool {
    if let least = filter.minimumPremiumMicros, print.premiumMicros < least { return false }
    if let side = filter.side, print.side != side { return false }
    return matches(print.trade.instrument, directory[print.trade.instrument].instrument)
  }

  /// `side` keeps the contracts whose net aggressor has its sign.
  func matches(_ contract: ContractSnapshot, in directory: SymbolDirectory) -> Bool {
    if let least = filter.minimumPremiumMicros, contract.premiumMicros < least { return false }
    if let side = filter.side {
      guard contract.buyVolume.subtractingSaturating(contract.sellVolume).signum() == side.sign else { return false }
    }
    let instrument = directory[contract.instrument].instrument
    return instrument.kind == .option && matches(contract.instrument, instrument)
  }
}
