import MarketModel
import Positioning
import Testing

/// Every figure of real chains against numpy and scipy.
@Suite struct LeanUniverseTests {
  @Test(
    .enabled(if: LeanUniverse.areThere, LeanUniverse.absent),
    .enabled(if: PythonOracle.python != nil, PythonOracle.absent), arguments: LeanUniverse.all.indices)
  func everyFigureEqualsPython(index: Int) throws {
    let universe = LeanUniverse.all[index]
    let theirs = try PythonOracle.values(universe)
    let ours = PositioningReport(try universe.input()).figures
    #expect(Set(ours.keys) == Set(theirs.keys))
    var worst = (difference: 0.0, name: "")
    for (name, expected) in theirs {
      guard let found = ours[name] else { continue }  // said above
      if expected.isNaN || found.isNaN {
        #expect(expected.isNaN && found.isNaN, "\(name): \(found), wanted \(expected)")
        continue
      }
      let difference = expected == found ? 0 : abs(found - expected) / max(abs(found), abs(expected))
      if difference > worst.difference { worst = (difference, name) }
      #expect(difference < 1e-9, "\(name): \(found), wanted \(expected)")
    }
    print("\(theirs.count) figures of \(universe.name) compared; worst relative difference \(worst)")
  }

  /// What the other test compares has content: both signs, several expiries, flips.
  @Test(.enabled(if: LeanUniverse.areThere, LeanUniverse.absent))
  func theChainsHaveSomethingToSay() throws {
    let apple = PositioningReport(try LeanUniverse.all[0].input())
    #expect(apple.coverage.contracts == 4360 && apple.coverage.rejected == 0)
    #expect(apple.openInterest.bias.value?.kind == .shortGamma)
    #expect(apple.openInterest.hedgePressure.value?.direction == .withMove)
    #expect(apple.openInterest.profile.zeroGamma == .missing(.noCrossing))
    let google = PositioningReport(try LeanUniverse.all[1].input())
    #expect(google.coverage.contracts == 2016)
    #expect(google.coverage.withoutOpenInterest == 757)
    #expect(google.openInterest.bias.value?.kind == .longGamma)
    #expect(google.openInterest.hedgePressure.value?.direction == .againstMove)
    #expect(google.openInterest.profile.crossings == 2)
  }
}

extension PositioningReport {
  /// By the names that `Oracles/positioning.py` prints; NaN where missing.
  fileprivate var figures: [String: Double] {
    var figures: [String: Double] = [:]
    for basis in PositionBasis.allCases {
      for (name, value) in self[basis].figures { figures["\(basis.rawValue).\(name)"] = value }
    }
    for expiry in expiries {
      let name = expiry.expiry.digits
      figures["maxPain.\(name)"] = expiry.maxPain.value.map { Double($0.strike.micros) } ?? .nan
      figures["payout.\(name)"] = expiry.maxPain.value?.payout ?? .nan
      figures.add(expiry.putCall, "." + name)
    }
    figures.add(putCall, "")
    return figures
  }
}

extension [String: Double] {
  fileprivate mutating func add(_ ratios: PutCallRatios, _ suffix: String) {
    self["putCall.volume" + suffix] = ratios.byVolume.value ?? .nan
    self["putCall.openInterest" + suffix] = ratios.byOpenInterest.value ?? .nan
    self["putCall.premium" + suffix] = ratios.byPremium.value ?? .nan
  }
}

extension DealerBook {
  fileprivate var figures: [String: Double] {
    var figures: [String: Double] = [:]
    for greek in Greek.allCases {
      figures["\(greek)"] = sum(greek).value ?? .nan
      figures["\(greek).contracts"] = Double(total.contracts(with: greek))
      for row in expiries { figures["\(greek).expiry.\(row.expiry.digits)"] = row.all.net(greek) }
      for row in strikes { figures["\(greek).strike.\(row.strike.micros)"] = row.all.net(greek) }
    }
    let largest = strikes.sorted { abs($0.all.net(.gamma)) > abs($1.all.net(.gamma)) }.prefix(5)
    for (place, row) in largest.enumerated() { figures["largest.\(place)"] = Double(row.strike.micros) }
    for (name, level) in [("gammaStrike", gammaStrike), ("callWall", callWall), ("putWall", putWall)] {
      figures[name] = level.value.map { Double($0.strike.micros) } ?? .nan
    }
    figures["hedgeShares"] = hedgePressure.value?.sharesPerPercentRise ?? .nan
    figures["gammaShare"] = bias.value?.gammaShare ?? .nan
    for (index, point) in profile.points.enumerated() { figures["profile.\(index)"] = point.gammaExposure }
    figures["crossings"] = Double(profile.crossings)
    figures["zeroGamma"] = profile.zeroGamma.value ?? .nan
    return figures
  }
}

extension MarketDate {
  /// `20251216`.
  fileprivate var digits: String { description.replacing("-", with: "") }
}
