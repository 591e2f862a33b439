import MarketModel

@testable import FlowEngine

/// Contracts with quotes that stand still, so that what is planted is above or below a threshold by exactly what was meant.
struct PlantedMarket {
  struct Contract {
    var id: InstrumentID
    var underlying: InstrumentID
    var strike: Price
    var expiry: MarketDate
    var isCall: Bool
    /// Ten cents below the ask: the middle is a whole cent.
    var bidCents: Int64
    /// Average print of the underlying in the random flow.
    var usualSize: Int64
    /// The random flow trades at the middle only: its prints are large and nobody's sweep.
    var isQuiet: Bool

    var askCents: Int64 { bidCents + 10 }
    func cents(_ price: PlantedPrint.Place) -> Int64 {
      switch price {
      case .bid: bidCents
      case .middle: bidCents + 5
      case .ask: askCents
      }
    }
  }

  /// Six underlyings with small prints, two with large ones.
  private static let spots: KeyValuePairs<String, Int64> = [
    "SPY": 572, "QQQ": 505, "AAPL": 230, "MSFT": 430, "NVDA": 140, "TSLA": 340, "AMZN": 220, "META": 600,
  ]
  static let expiries = ["251216", "251219"]

  let instruments = InstrumentTable(capacity: 1 << 12)
  private(set) var stocks: [(id: InstrumentID, spot: Int64)] = []
  private(set) var contracts: [Contract] = []

  init() {
    for (place, (symbol, spot)) in PlantedMarket.spots.enumerated() {
      guard let stock = instruments.intern(symbol) else { preconditionFailure("\(symbol) is a symbol") }
      stocks.append((stock, spot))
      for expiry in PlantedMarket.expiries {
        for step in -4...4 as ClosedRange<Int64> {
          for right in ["C", "P"] { add(symbol, spot, expiry, step, right, isQuiet: place >= 6) }
        }
      }
    }
  }

  private mutating func add(
    _ symbol: String, _ spot: Int64, _ expiry: String, _ step: Int64, _ right: String, isQuiet: Bool
  ) {
    let strike = String(String(100_000_000 + (spot + step) * 1000).dropFirst())
    guard let id = instruments.intern("O:\(symbol)\(expiry)\(right)\(strike)") else {
      preconditionFailure("\(symbol) \(strike) is a contract")
    }
    let instrument = instruments[id]
    let isCall = right == "C"
    let inTheMoney = max(0, isCall ? -step : step)
    let bid = isQuiet ? 1000 : 200 + 100 * inTheMoney + (expiry == PlantedMarket.expiries[0] ? 0 : 150)
    contracts.append(
      Contract(
        id: id, underlying: instrument.underlying, strike: instrument.strike, expiry: instrument.expiry,
        isCall: isCall, bidCents: bid, usualSize: isQuiet ? 30 : 5, isQuiet: isQuiet))
  }
}

/// A print of something planted, relative to where it will be put.
struct PlantedPrint {
  enum Place { case bid, middle, ask }

  var milliseconds: Int64
  /// Index in `PlantedMarket.contracts`.
  var contract: Int
  var place: Place
  var size: Int64
  var venue: UInt16
  var conditions = [209]
}

/// Something that has to be found - or, a near miss, has not to be.
struct PlantedEvent {
  var kind: DetectionKind
  var prints: [PlantedPrint]
  /// Just below a threshold.
  var isNearMiss = false
}
