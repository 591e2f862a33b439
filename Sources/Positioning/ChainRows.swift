import MarketModel

/// The strikes and expiries of a chain in order of appearance, which row each contract belongs to, and what needs no position.
struct ChainRows {
  /// Indices into `strikes` and `expiries`.
  struct Rows {
    var strike: Int
    var expiry: Int
  }
  private(set) var strikes: [Price] = []
  private(set) var expiries: [MarketDate] = []
  private(set) var rowsOfContracts: [Rows] = []
  private(set) var putCall = PutCallRatios()
  private var summaries: [(summary: ExpirySummary, pain: PainLedger)] = []
  private var rowOfStrike: [Int64: Int] = [:]
  private var rowOfExpiry: [MarketDate: Int] = [:]

  mutating func add(_ contract: PositioningContract) {
    let rows = Rows(strike: row(of: contract.strike), expiry: row(of: contract.expiry))
    rowsOfContracts.append(rows)
    putCall.add(contract)
    summaries[rows.expiry].summary.add(contract)
    summaries[rows.expiry].pain.add(contract)
  }

  /// Ascending.
  var expirySummaries: [ExpirySummary] {
    summaries.map { row in
      var summary = row.summary
      summary.maxPain = row.pain.answer
      return summary
    }.sorted { $0.expiry < $1.expiry }
  }

  private mutating func row(of strike: Price) -> Int {
    if let found = rowOfStrike[strike.micros] { return found }
    rowOfStrike[strike.micros] = strikes.count
    strikes.append(strike)
    return strikes.count - 1
  }

  private mutating func row(of expiry: MarketDate) -> Int {
    // Contracts of one expiry mostly follow each other.
    if let newest = rowsOfContracts.last?.expiry, expiries[newest] == expiry { return newest }
    if let found = rowOfExpiry[expiry] { return found }
    rowOfExpiry[expiry] = expiries.count
    expiries.append(expiry)
    summaries.append((ExpirySummary(expiry), PainLedger()))
    return expiries.count - 1
  }
}

extension ExpirySummary {
  fileprivate init(_ expiry: MarketDate) {
    self.init(
      expiry: expiry, contracts: 0, contractsWithoutOpenInterest: 0, maxPain: .missing(.noOpenInterest),
      putCall: PutCallRatios())
  }

  fileprivate mutating func add(_ contract: PositioningContract) {
    contracts += 1
    if contract.openInterest == nil { contractsWithoutOpenInterest += 1 }
    putCall.add(contract)
  }
}
