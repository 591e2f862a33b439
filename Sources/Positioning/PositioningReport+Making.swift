import MarketModel

extension PositioningReport {
  public init(_ input: PositioningInput, rule: PositioningRule = PositioningRule()) {
    rule.check()
    precondition(
      abs(input.rate) <= 10 && abs(input.dividendYield) <= 10,
      "PositioningInput: rate is \(input.rate), dividendYield \(input.dividendYield), wanted fractions a year")
    let spot = input.usableSpot
    var chain = ChainRows()
    var coverage = PositioningCoverage()
    var positions: [DealerPosition] = []
    positions.reserveCapacity(input.contracts.count)
    var hasTraded = false
    for contract in input.contracts {
      guard contract.isUsable else {
        coverage.rejected += 1
        continue
      }
      coverage.count(contract)
      chain.add(contract)
      hasTraded = hasTraded || contract.volume > 0 || contract.customerNetContracts != 0
      positions.append(DealerPosition(contract, rule))
    }
    var openInterest = BookMaker(.openInterest, spot, chain, isKnown: true)
    var flow = BookMaker(.flow, spot, chain, isKnown: hasTraded)
    var curve = spot.map { GammaCurve(input, spot: $0) }
    curve?.reserve(input.contracts.count)
    var next = 0
    for contract in input.contracts where contract.isUsable {
      let position = positions[next]
      let unit = ContractExposure(contract, spot: spot)
      let rows = chain.rowsOfContracts[next]
      openInterest.add(contract, unit, rows, position: position.fromOpenInterest)
      flow.add(contract, unit, rows, position: position.fromFlow)
      curve?.add(
        contract, positions: SIMD2(Double(position.fromOpenInterest ?? 0), hasTraded ? Double(position.fromFlow) : 0))
      next += 1
    }
    let repriced = curve?.profiles(rule)
    self.init(
      underlying: input.underlying, spot: spot, time: input.time, rule: rule, coverage: coverage, positions: positions,
      openInterest: openInterest.book(rule, repriced: repriced?[0]), flow: flow.book(rule, repriced: repriced?[1]),
      expiries: chain.expirySummaries, putCall: chain.putCall)
  }
}

extension PositioningCoverage {
  mutating func count(_ contract: PositioningContract) {
    contracts += 1
    if contract.openInterest == nil { withoutOpenInterest += 1 }
    if contract.impliedVolatility == nil { withoutVolatility += 1 }
    if contract.gamma == nil { withoutGamma += 1 }
  }
}

extension DealerPosition {
  init(_ contract: PositioningContract, _ rule: PositioningRule) {
    instrument = contract.instrument
    fromOpenInterest = contract.openInterest.map { $0 * (contract.isCall ? rule.callSign : rule.putSign) }
    fromFlow = -contract.customerNetContracts
  }
}
