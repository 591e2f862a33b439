#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the five stocks move: one common factor, trends that turn, jumps, and a pull back to where they began.
extension DemoFeed {
  private static let stepMilliseconds = 50.0

  mutating func advance(to target: Double) {
    while steppedTo + DemoFeed.stepMilliseconds <= target {
      steppedTo += DemoFeed.stepMilliseconds
      clock = max(clock, steppedTo)
      step()
    }
    clock = max(clock, target)
  }

  private mutating func step() {
    let share = DemoFeed.stepMilliseconds / sessionLength
    let variance = DemoDayShape.sessionShare * DemoDayShape.varianceRate(sessionGone) * share
    let deviation = variance.squareRoot()
    let market = random.normal()
    turnTrends()
    for index in underlyings.indices {
      let correlation = underlyings[index].listing.correlation
      let own = (1 - correlation * correlation).squareRoot()
      let drift = 1.3 * share * (correlation * marketTrend + own * underlyings[index].trend)
      move(index, deviations: deviation * (correlation * market + own * random.normal()) + drift)
      let pull = 0.25 * share * log(underlyings[index].spot / underlyings[index].listing.spot)
      underlyings[index].spot *= exp(-pull)
      underlyings[index].heat *= 1 - DemoFeed.stepMilliseconds / 20_000
      underlyings[index].volatilityShift *= 1 - DemoFeed.stepMilliseconds / 2_400_000
    }
    jumpPerhaps(share)
    updateRates()
  }

  /// A return in units of the stock's daily deviation; volatility rises when prices fall.
  private mutating func move(_ index: Int, deviations: Double) {
    let change = underlyings[index].listing.dailyDeviation * deviations
    underlyings[index].spot *= exp(change)
    let shift = underlyings[index].volatilityShift - 0.10 * deviations
    underlyings[index].volatilityShift = max(-0.35, min(0.6, shift))
  }

  private mutating func turnTrends() {
    func turn(_ value: inout Double, afterMinutes minutes: Double, _ random: inout DemoRandom) {
      let kept = 1 - DemoFeed.stepMilliseconds / (minutes * 60_000)
      value = kept * value + (1 - kept * kept).squareRoot() * random.normal()
    }
    turn(&marketTrend, afterMinutes: 15, &random)
    for index in underlyings.indices {
      turn(&underlyings[index].trend, afterMinutes: 12, &random)
      turn(&underlyings[index].mood, afterMinutes: 4, &random)
    }
  }

  /// About one piece of news a session for each stock and one for all.
  private mutating func jumpPerhaps(_ share: Double) {
    guard random.chance(share * Double(underlyings.count + 1)) else { return }
    let size = (random.chance(0.5) ? 1 : -1) * (0.2 + 0.25 * random.exponential())
    let hit = random.below(underlyings.count + 1)
    for index in underlyings.indices where hit == underlyings.count || hit == index {
      let felt = hit == index ? size : size * underlyings[index].listing.correlation
      move(index, deviations: felt)
      underlyings[index].volatilityShift = min(0.6, underlyings[index].volatilityShift + 0.08)
      underlyings[index].heat += 2.5
      underlyings[index].mood += felt > 0 ? 1 : -1
    }
  }

  /// The night between two sessions in one stride.
  mutating func leapOvernight() {
    let night = (1 - DemoDayShape.sessionShare).squareRoot()
    let market = random.normal()
    for index in underlyings.indices {
      let correlation = underlyings[index].listing.correlation
      let own = (1 - correlation * correlation).squareRoot()
      move(index, deviations: night * (correlation * market + own * random.normal()))
      underlyings[index].volatilityShift *= 0.5
    }
  }
}
