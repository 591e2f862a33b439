import Feeds
import MarketModel

/// Contracts that take turns.
struct ContractPool {
  var contracts: [QuotedContract] = []
  private var turn = 0

  init(_ underlying: String, _ count: Int, _ instruments: InstrumentTable, _ random: inout SplitMix64) {
    guard let expiry = MarketDate(year: 2026, month: 1, day: 16) else {
      preconditionFailure("ContractPool: 2026-01-16 is a day")
    }
    contracts = (0..<count).map { place in
      let symbol = OptionSymbol(
        root: underlying, expiry: expiry, right: place % 2 == 0 ? .call : .put,
        strike: Price(cents: Int64(100 + place / 2) * 100))
      guard let id = instruments.intern(symbol.polygonText) else {
        preconditionFailure("ContractPool: no room for \(symbol)")
      }
      return QuotedContract(
        id, tick: place % 4 == 3 ? 5 : 1, bid: Int64.random(in: 120...2000, using: &random))
    }
  }

  /// The place of the next contract that has nothing under way at that moment.
  mutating func next(at time: Int64) -> Int {
    for _ in contracts {
      turn = (turn + 1) % contracts.count
      if contracts[turn].busyUntil + 1 < time { return turn }
    }
    preconditionFailure("ContractPool: \(contracts.count) contracts are too few for so many prints")
  }

  /// Each contract's market as it has become meanwhile, a millisecond apart.
  mutating func quoteAll(from time: Int64, _ random: inout SplitMix64, into script: inout TapeScript) {
    for index in contracts.indices {
      let moment = time + Int64(index)
      contracts[index].wander(&random)
      script.quote(
        contracts[index], bid: contracts[index].bid, ask: contracts[index].ask, at: moment, arrival: moment)
      contracts[index].quotedAt = moment
    }
  }
}
