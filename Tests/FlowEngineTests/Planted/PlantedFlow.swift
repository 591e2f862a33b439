import MarketModel

@testable import FlowEngine

/// Sweeps and blocks of mixed sizes, venues and scatter, and what comes near to being one.
struct PlantedFlow {
  private static let venues: [UInt16] = [300, 302, 303, 304, 308, 309, 312, 313, 316, 323]

  let market: PlantedMarket
  private var random: StreamGenerator

  init(_ market: PlantedMarket, seed: UInt64) {
    self.market = market
    random = StreamGenerator(seed: seed)
  }

  private mutating func number<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value {
    .random(in: range, using: &random)
  }

  private mutating func contract(quiet: Bool) -> Int {
    let fitting = market.contracts.indices.filter { market.contracts[$0].isQuiet == quiet }
    return fitting[number(0...(fitting.count - 1))]
  }

  /// Half of them real, half near misses, in turn.
  mutating func events(_ count: Int) -> [PlantedEvent] {
    (0..<count).flatMap { index -> [PlantedEvent] in
      index % 2 == 0 ? [sweep(), sweepNearMiss(index / 2)] : [block(), blockNearMiss(index / 2)]
    }
  }

  // MARK: Sweeps

  private mutating func sweep() -> PlantedEvent {
    PlantedEvent(kind: .sweep, prints: legs(number(4...12), venues: number(2...6)))
  }

  /// Legs within two seconds, over at least so many venues, from 10,000 to 95,000 dollars each.
  private mutating func legs(_ count: Int, venues: Int) -> [PlantedPrint] {
    let contract = contract(quiet: false)
    let place: PlantedPrint.Place = number(0...1) == 0 ? .bid : .ask
    // A cent is a dollar a contract.
    let cents = market.contracts[contract].cents(place)
    let scatter = number(3...2000 as ClosedRange<Int64>)
    let venues = PlantedFlow.venues.shuffled(using: &random).prefix(venues)
    let least = (10_000 + cents - 1) / cents
    return (0..<count).map { leg in
      PlantedPrint(
        milliseconds: leg == 0 ? 0 : number(0...scatter), contract: contract, place: place,
        size: number(0...3) == 0 ? least : number(least...max(least, 95_000 / cents)),
        venue: venues[venues.startIndex + leg % venues.count], conditions: number(0...4) == 0 ? [219] : [209])
    }
  }

  private mutating func sweepNearMiss(_ turn: Int) -> PlantedEvent {
    var prints = legs(4, venues: 3)
    let cents = market.contracts[prints[0].contract].cents(prints[0].place)
    switch turn % 5 {
    case 0: prints.removeLast()
    case 1: for i in prints.indices { prints[i].venue = prints[0].venue }
    case 2: prints[2].size = 9_999 / cents
    case 3:
      for i in 0..<3 { prints[i].milliseconds = Int64(i) }
      prints[3].milliseconds = 2003
    default: prints[1].place = .middle
    }
    return PlantedEvent(kind: .sweep, prints: prints, isNearMiss: true)
  }

  // MARK: Blocks

  private mutating func block() -> PlantedEvent {
    let contract = contract(quiet: number(0...3) == 0)
    let place: PlantedPrint.Place = [.bid, .middle, .ask][number(0...2)]
    let cents = market.contracts[contract].cents(place)
    let least = max(100, (100_000 + cents - 1) / cents, 12 * market.contracts[contract].usualSize)
    let conditions = [[209], [209], [209], [227], [231]][number(0...4)]
    return PlantedEvent(
      kind: .block,
      prints: [
        PlantedPrint(
          milliseconds: 0, contract: contract, place: place,
          size: number(0...2) == 0 ? least : number(least...(8 * least)),
          venue: PlantedFlow.venues[number(0...9)], conditions: conditions)
      ])
  }

  private mutating func blockNearMiss(_ turn: Int) -> PlantedEvent {
    let isAgainstAverage = turn % 3 == 2
    let contract = contract(quiet: isAgainstAverage || turn % 3 == 0)
    let place: PlantedPrint.Place = number(0...1) == 0 ? .bid : .ask
    let cents = market.contracts[contract].cents(place)
    let size: Int64 =
      switch turn % 3 {
      case 0: 99
      case 1: 99_999 / cents
      // Nine times the average of thirty, for 270,000 dollars.
      default: 9 * market.contracts[contract].usualSize
      }
    return PlantedEvent(
      kind: .block,
      prints: [
        PlantedPrint(
          milliseconds: 0, contract: contract, place: place, size: size, venue: PlantedFlow.venues[number(0...9)])
      ],
      isNearMiss: true)
  }
}
