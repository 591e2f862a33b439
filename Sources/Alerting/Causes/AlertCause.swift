import FlowEngine
import MarketModel
import Positioning

/// Something that a rule let through, with everything an alert says of it; nothing in it depends on the process's ids.
struct AlertCause: Hashable, Sendable {
  var subject: AlertSubject
  /// Names it within its run, the same in every replay: what it is, and what tells it from others of its kind. It is stored, so it
  /// is made of names, never of numbers that a new case of an enumeration would move.
  var name: String
  /// The vendor's symbol, that of its underlying, and the contract in words (`SPY 2025-12-16 572 call`).
  var symbol: String
  var underlying: String
  var contract: String
  var side: AggressorSide
  var direction = PriceDirection.neither
  var effect = PositionEffect.unknown
  var premiumMicros: Int64 = 0
  var size: Int64 = 0
  var prints: Int64 = 0
  /// 0...1000.
  var confidencePermille: Int
  /// Of one print, or the level that was crossed; zero when there is none.
  var price = Price.zero
  /// Zero when not known.
  var underlyingPrice = Price.zero
  var firstTime: Timestamp
  var lastTime: Timestamp
  /// It was taken back.
  var isWithdrawn = false
}

extension AlertCause {
  init(_ detection: borrowing DetectionFacts) {
    let underlying = detection.contract.underlying.description
    self.init(
      subject: .detection(detection.id, detection.kind), name: "detection/\(detection.id.text)",
      symbol: detection.contract.symbol.description, underlying: underlying,
      contract: detection.contractCount > 1
        ? "\(underlying), \(detection.contractCount) contracts" : AlertCause.words(detection.contract),
      side: detection.side, effect: detection.effect, premiumMicros: detection.premiumMicros, size: detection.size,
      prints: detection.prints, confidencePermille: detection.confidencePermille,
      underlyingPrice: detection.underlyingPrice,
      // A pattern looks back over minutes, or over the day: what is told happens when it is recognised.
      firstTime: detection.lastTime, lastTime: detection.lastTime,
      isWithdrawn: detection.isWithdrawn)
    direction = PriceDirection(
      detection.kind, side: detection.side, right: AlertCause.right(detection.contract),
      contractCount: detection.contractCount)
  }

  init(_ print: borrowing PrintFacts) {
    self.init(
      subject: .print(print.number), name: "print/\(print.number)", symbol: print.contract.symbol.description,
      underlying: print.contract.underlying.description, contract: AlertCause.words(print.contract), side: print.side,
      premiumMicros: print.premiumMicros, size: print.size, prints: 1,
      confidencePermille: AlertCause.confidencePermille(print.method), price: print.price, firstTime: print.time,
      lastTime: print.time)
    direction = PriceDirection(side: print.side, right: AlertCause.right(print.contract))
  }

  init(_ crossing: LevelCrossing, _ instruments: InstrumentTable) {
    let symbol = instruments[crossing.underlying].symbol.description
    self.init(
      subject: .level(crossing.level),
      name: "level/\(symbol)/\(crossing.level.alertName)/\(crossing.time.minuteStart.rfc3339)",
      symbol: symbol, underlying: symbol, contract: symbol, side: crossing.direction == .up ? .buy : .sell, prints: 1,
      confidencePermille: 1000, price: crossing.levelPrice, underlyingPrice: crossing.price, firstTime: crossing.time,
      lastTime: crossing.time)
    direction = crossing.direction == .up ? .up : .down
  }

  init(_ incident: FeedIncident) {
    self.init(
      subject: .incident(incident.kind),
      name: "incident/\(incident.kind.alertName)/\(incident.gap)/\(incident.time.nanoseconds)", symbol: "",
      underlying: "",
      contract: "", side: .unknown, prints: Int64(incident.count), confidencePermille: 1000, firstTime: incident.time,
      lastTime: incident.time)
  }

  /// How sure a print's side is: at or through the quote, inside it, by tick, not at all.
  private static func confidencePermille(_ method: LabelMethod) -> Int {
    switch method {
    case .atOrAboveAsk, .atOrBelowBid: 800
    case .aboveMid, .belowMid: 600
    case .tick, .atMid: 400
    case .tickWithoutQuote: 200
    case .noQuote, .crossedQuote, .staleQuote, .multiLeg, .stockTied, .cross, .lateOrOutOfSequence, .cancelled,
      .offMarket:
      0
    }
  }

  private static func right(_ contract: ContractTerms) -> OptionRight? { contract.isOption ? contract.right : nil }

  /// `SPY 2025-12-16 572 call`.
  private static func words(_ contract: ContractTerms) -> String {
    guard contract.isOption else { return contract.symbol.description }
    let right = contract.right == .call ? "call" : "put"
    return "\(contract.underlying) \(contract.expiry) \(contract.strike) \(right)"
  }
}
