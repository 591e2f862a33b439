import MarketModel

@testable import FlowEngine

/// Random flow with fresh quotes, and what was planted among it.
struct PlantedTape {
  /// An event with the numbers that its prints have on the tape.
  struct Planted {
    var event: PlantedEvent
    var numbers: Set<Int64>
  }

  /// Prints of the random flow a second, over all contracts.
  private static let rate: Int64 = 43

  private(set) var events: [MarketEvent] = []
  private(set) var planted: [Planted] = []

  private struct Item {
    var milliseconds: Int64
    var contract: Int
    var place: PlantedPrint.Place
    var size: Int64
    var venue: UInt16
    var conditions: [Int]
    /// Index of what was planted.
    var planted: Int?
  }

  /// - Parameters:
  ///   - prints: of the random flow.
  ///   - planting: put at random moments, none in the first part of the session: an average has to be there.
  init(_ market: PlantedMarket, prints: Int, planting: [PlantedEvent], seed: UInt64) {
    var random = StreamGenerator(seed: seed)
    let length = Int64(prints) * 1000 / PlantedTape.rate
    var items = PlantedTape.flow(market, prints, length, &random)
    for (index, event) in planting.enumerated() {
      let start = Int64.random(in: (length / 20)...(length - 20_000), using: &random)
      for print in event.prints {
        items.append(
          Item(
            milliseconds: start + print.milliseconds, contract: print.contract, place: print.place, size: print.size,
            venue: print.venue, conditions: print.conditions, planted: index))
      }
    }
    items.sort { $0.milliseconds < $1.milliseconds }
    planted = planting.map { Planted(event: $0, numbers: []) }
    events.reserveCapacity(2 * items.count + market.stocks.count)
    for stock in market.stocks { events.append(trade(0, stock.spot * 100, stock.id, conditions: [])) }
    for item in items {
      let contract = market.contracts[item.contract]
      events.append(quote(item.milliseconds, contract.bidCents, contract.askCents, contract.id))
      events.append(
        trade(
          item.milliseconds, contract.cents(item.place), size: UInt32(item.size), contract.id, venue: item.venue,
          conditions: item.conditions))
    }
    for (place, item) in items.enumerated() {
      if let index = item.planted { planted[index].numbers.insert(Int64(market.stocks.count + place + 1)) }
    }
  }

  /// Small prints, one in thirty ten times as large; a twentieth of them auctioned, a twentieth legs of spreads.
  private static func flow(
    _ market: PlantedMarket, _ prints: Int, _ length: Int64, _ random: inout StreamGenerator
  ) -> [Item] {
    (0..<prints).map { _ in
      let index = Int.random(in: 0..<market.contracts.count, using: &random)
      let contract = market.contracts[index]
      let isLarge = !contract.isQuiet && Int.random(in: 0..<30, using: &random) == 0
      let size = Int64.random(in: 1...(2 * contract.usualSize - 1), using: &random) * (isLarge ? 10 : 1)
      let place: PlantedPrint.Place =
        contract.isQuiet ? .middle : [.bid, .bid, .middle, .ask, .ask][Int.random(in: 0..<5, using: &random)]
      let condition = [227, 232][safe: Int.random(in: 0..<20, using: &random)] ?? 209
      return Item(
        milliseconds: Int64.random(in: 0..<length, using: &random), contract: index, place: place,
        // Below a block's least: what is one has been planted.
        size: min(size, 99), venue: UInt16.random(in: 300...325, using: &random), conditions: [condition])
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
