import MarketModel

/// Adds up one book contract by contract, then reads the levels off it.
struct BookMaker {
  private let basis: PositionBasis
  private let spot: Double?
  private let isKnown: Bool
  private let hasContracts: Bool
  private var strikes: [StrikeExposures]
  private var expiries: [ExpiryExposures]

  /// - Parameter isKnown: whether the basis says anything at all; the session's flow does not before the first trade.
  init(_ basis: PositionBasis, _ spot: Double?, _ chain: ChainRows, isKnown: Bool) {
    self.basis = basis
    self.spot = spot
    self.isKnown = isKnown
    hasContracts = !chain.strikes.isEmpty
    strikes = chain.strikes.map { StrikeExposures(strike: $0) }
    expiries = chain.expiries.map { ExpiryExposures(expiry: $0) }
  }

  mutating func add(
    _ contract: PositioningContract, _ unit: ContractExposure, _ rows: ChainRows.Rows, position: Int64?
  ) {
    guard isKnown, let position else { return }
    let held = Double(position)
    if contract.isCall {
      strikes[rows.strike].calls.add(unit, position: held)
      expiries[rows.expiry].calls.add(unit, position: held)
    } else {
      strikes[rows.strike].puts.add(unit, position: held)
      expiries[rows.expiry].puts.add(unit, position: held)
    }
  }

  /// - Parameter repriced: gamma along spot; nil without a spot.
  func book(_ rule: PositioningRule, repriced: GammaProfile?) -> DealerBook {
    let ascending = strikes.sorted { $0.strike < $1.strike }
    let total = ascending.reduce(into: Exposures.none) { $0 += $1.all }
    let gamma = gammaSum(total)
    return DealerBook(
      basis: basis, isSpotKnown: spot != nil, total: total, strikes: ascending,
      expiries: expiries.sorted { $0.expiry < $1.expiry }, gammaStrike: gammaStrike(ascending, gamma),
      callWall: callWall(ascending, gamma), putWall: putWall(ascending, gamma), profile: profile(total, repriced),
      hedgePressure: hedgePressure(gamma), bias: bias(total, gamma, rule))
  }

  private func gammaSum(_ total: Exposures) -> Finding<Double> {
    hasContracts ? total.sum(.gamma, basis, isSpotKnown: spot != nil) : .missing(.noContracts)
  }

  private func gammaStrike(_ rows: [StrikeExposures], _ gamma: Finding<Double>) -> Finding<GammaLevel> {
    level(rows, gamma, { $0.all.net(.gamma) }) { abs($0) > abs($1) }
  }

  private func callWall(_ rows: [StrikeExposures], _ gamma: Finding<Double>) -> Finding<GammaLevel> {
    let above = rows.filter { $0.strike.doubleValue >= spot ?? .infinity }
    return level(above, gamma, { max(0, $0.calls.net(.gamma)) }) { $0 > $1 }
  }

  private func putWall(_ rows: [StrikeExposures], _ gamma: Finding<Double>) -> Finding<GammaLevel> {
    let below = rows.filter { $0.strike.doubleValue <= spot ?? 0 }
    return level(below.reversed(), gamma, { min(0, $0.puts.net(.gamma)) }) { $0 < $1 }
  }

  /// The first row that none beats, unless its exposure is 0.
  private func level(
    _ rows: [StrikeExposures], _ gamma: Finding<Double>, _ exposure: (StrikeExposures) -> Double,
    beats: (Double, Double) -> Bool
  ) -> Finding<GammaLevel> {
    if let gap = gamma.gap { return .missing(gap) }
    var best: GammaLevel?
    for row in rows {
      let found = exposure(row)
      if found != 0, best.map({ beats(found, $0.gammaExposure) }) ?? true {
        best = GammaLevel(strike: row.strike, gammaExposure: found)
      }
    }
    return best.map { .found($0) } ?? .missing(.noExposure)
  }

  private func profile(_ total: Exposures, _ repriced: GammaProfile?) -> GammaProfile {
    guard hasContracts else { return .missing(.noContracts) }
    // Re-pricing needs no given gamma, only positions.
    guard total.positions > 0 else { return .missing(basis == .flow ? .noFlow : .noOpenInterest) }
    return repriced ?? .missing(.noSpot)
  }

  /// Gamma exposure is the value of the shares that delta gains in a 1 % rise; dealers trade them away again.
  private func hedgePressure(_ gamma: Finding<Double>) -> Finding<HedgePressure> {
    guard let spot else { return .missing(gamma.gap ?? .noSpot) }
    return gamma.map { exposure in
      HedgePressure(
        sharesPerPercentRise: exposure == 0 ? 0 : -exposure / spot,
        direction: exposure > 0 ? .againstMove : exposure < 0 ? .withMove : .none)
    }
  }

  private func bias(_ total: Exposures, _ gamma: Finding<Double>, _ rule: PositioningRule) -> Finding<DealerBias> {
    let delta = total.sum(.delta, basis, isSpotKnown: spot != nil)
    return gamma.flatMap { exposure in
      let gammaShare = share(exposure, of: total.gross(.gamma))
      let deltaShare = delta.value.map { share($0, of: total.gross(.delta)) }
      func kind(_ kind: DealerBias.Kind) -> Finding<DealerBias> {
        .found(DealerBias(kind: kind, gammaShare: gammaShare, deltaShare: deltaShare))
      }
      if gammaShare != 0, abs(gammaShare) >= rule.biasGammaShare {
        return kind(gammaShare > 0 ? .longGamma : .shortGamma)
      }
      guard let deltaShare else { return .missing(delta.gap ?? .noGreek) }
      return kind(deltaShare != 0 && abs(deltaShare) >= rule.biasDeltaShare ? .deltaHedging : .neutral)
    }
  }

  private func share(_ net: Double, of gross: Double) -> Double { gross > 0 ? net / gross : 0 }
}
