import Foundation
import MarketModel
import Testing

@testable import OptionMath

@Suite struct ImpliedVolatilityTests {
  /// SciPy 1.17.1, erfcx.
  @Test(arguments: [
    (-5.5, 27443409954929.71), (-1.0, 5.008980080762283), (-0.47, 1.862996892254801), (-0.2, 1.2726020284831956),
    (0.0, 1.0), (0.3, 0.7345993345676554), (0.46875, 0.632069689249556), (0.5, 0.6156903441929258),
    (1.7, 0.2916632970753434), (3.99, 0.1373240409142297), (4.01, 0.13667636742994915), (9.0, 0.06230772403777468),
    (30.0, 0.018795888861416754), (100000.0, 5.6418958351954685e-06),
  ])
  func scaledErrorFunctionAgreesWithSciPy(x: Double, expected: Double) {
    #expect(abs(ScaledComplementaryError.value(x) / expected - 1) < 1e-15)
  }

  /// SciPy 1.17.1, ndtri.
  @Test(arguments: [
    (1e-300, -37.0470962993612), (1e-30, -11.464024688443613), (1e-05, -4.264890793922825), (0.01, -2.3263478740408408),
    (0.2, -0.8416212335729142), (0.5, 0.0), (0.7, 0.5244005127080407), (0.99, 2.3263478740408408),
  ])
  func quantileIsGoodToSevenDigits(p: Double, expected: Double) {
    #expect(abs(NormalDistribution.approximateQuantile(p) - expected) <= 2e-7 * max(abs(expected), 1))
  }

  /// The normalised price against itself: by series and by differences it is one function.
  @Test func evaluationsMeet() {
    for x in [0, -1e-9, -0.01, -0.3, -1, -4] {
      let black = NormalisedBlack(x: x)
      let (below, above) = (black.price(0.42 - 1e-13), black.price(0.42 + 1e-13))
      #expect(abs(above - below) <= 2.1e-13 * black.vega(0.42) + 3e-15 * above, "\(x): \(below) \(above)")
      for s in [0.5, 1, 2, 4] {
        let direct =
          exp(x / 2) * NormalDistribution.cumulative(x / s + s / 2)
          - exp(-x / 2) * NormalDistribution.cumulative(x / s - s / 2)
        #expect(abs(black.price(s) - direct) < 1e-15)
        #expect(abs(black.limit - direct - black.vega(s) * black.shortfallOverVega(s)) < 2e-15)
      }
    }
  }

  /// Out of the money the price keeps its relative precision down to the smallest numbers, and so does what is solved.
  @Test func roundTripOverTheWholePlane() {
    var count = 0
    var worst = 0.0
    for magnitude in [0, 1e-300, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.1, 0.5, 1, 3, 10, 30] {
      let black = NormalisedBlack(x: -magnitude)
      for exponent in stride(from: -12.0, through: 1.3, by: 0.0625) {
        let s = pow(10, exponent)
        let price = black.price(s)
        guard price >= 1e-290, price < black.limit else { continue }
        let found = NormalisedVolatility.solve(x: -magnitude, price: price)
        guard let found else {
          Issue.record("x \(-magnitude), s \(s), price \(price): nothing found")
          continue
        }
        // What rounding the price, or its distance from the limit, leaves open.
        let open = 3e-15 * price / black.vega(s)
        let allowed = 1e-12 * s + open * (price > 0.99 * black.limit ? 10 : 1)
        #expect(abs(found - s) <= allowed, "x \(-magnitude), s \(s), price \(price): \(found)")
        #expect(abs(black.price(found) - price) <= 1e-10 * price, "x \(-magnitude), s \(s)")
        worst = max(worst, abs(black.price(found) / price - 1))
        count += 1
      }
    }
    #expect(count > 1200)
    print("\(count) round trips, worst relative difference of prices \(worst)")
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func randomOptionsRoundTrip(_ seed: UInt64) {
    var random = Seeded(seed)
    for _ in 0..<20_000 {
      let right: OptionRight = Bool.random(using: &random) ? .call : .put
      let years = pow(10, Double.random(in: -5...0.3, using: &random))
      let volatility = pow(10, Double.random(in: -2...0.7, using: &random))
      let strike = 600 * exp(Double.random(in: -3...3, using: &random) * volatility * years.squareRoot())
      let rate = Double.random(in: -0.02...0.1, using: &random)
      let value = Black76.valuation(
        right, forward: 600, strike: strike, years: years, volatility: volatility, rate: rate)
      let found = ImpliedVolatility.onForward(
        right, price: value.price, forward: 600, strike: strike, years: years, rate: rate)
      let open = 1e-15 * max(600, strike) / value.vega
      #expect(abs((found ?? 0) - volatility) < 1e-12 * volatility + open, "\(right) \(strike) \(years) \(volatility)")
    }
  }

  /// A call and a put of one strike imply one volatility, when both prices hold it.
  @Test(arguments: [1, 2] as [UInt64]) func callAndPutAgree(_ seed: UInt64) {
    var random = Seeded(seed)
    for _ in 0..<10_000 {
      let years = pow(10, Double.random(in: -5...0.3, using: &random))
      let deviation = Double.random(in: 0.02...1, using: &random) * min(1, 2 * years.squareRoot())
      let strike = 100 * exp(Double.random(in: -2...2, using: &random) * deviation)
      let call = Black76.price(
        .call, forward: 100, strike: strike, years: years, volatility: deviation / years.squareRoot())
      let put = call - (100 - strike)
      let ours = ImpliedVolatility.deviation(.call, undiscounted: call, forward: 100, strike: strike)
      let theirs = ImpliedVolatility.deviation(.put, undiscounted: put, forward: 100, strike: strike)
      #expect(abs((ours ?? 0) - (theirs ?? 1)) < 1e-12, "\(strike) \(years) \(deviation)")
    }
  }

  @Test(arguments: [0.0, -0.001, -0.05, -0.7, -3]) func higherPricesMeanHigherVolatility(_ x: Double) {
    var previous = 0.0
    let limit = exp(x / 2)
    for step in 1..<4000 {
      // Dense at both ends.
      let share = 0.5 * (1 - cos(Double.pi * Double(step) / 4000))
      guard let s = NormalisedVolatility.solve(x: x, price: share * limit) else {
        Issue.record("x \(x), share \(share): nothing found")
        return
      }
      #expect(s > previous, "x \(x), share \(share)")
      previous = s
    }
    previous = 0
    for exponent in -300..<0 {
      let s = NormalisedVolatility.solve(x: x, price: limit * pow(10, Double(exponent))) ?? 0
      #expect(s > previous, "x \(x), 1e\(exponent)")
      previous = s
    }
  }

  @Test func whatHasNoVolatilityIsNil() {
    func solve(
      _ right: OptionRight, _ price: Double, forward: Double = 100, strike: Double = 90, years: Double = 0.1,
      rate: Double = 0
    ) -> Double? {
      ImpliedVolatility.onForward(right, price: price, forward: forward, strike: strike, years: years, rate: rate)
    }
    #expect(solve(.call, 12) != nil)
    #expect(solve(.put, 2) != nil)
    // At and below intrinsic, at and above what the option can be worth.
    for price in [10, 9.99, 0, -1, 100, 101] { #expect(solve(.call, price) == nil) }
    for price in [0, -0.01, 90, 95] { #expect(solve(.put, price) == nil) }
    for years in [0, -1, .infinity, .nan] { #expect(solve(.call, 12, years: years) == nil) }
    for bad in [Double.nan, .infinity, -.infinity] {
      #expect(solve(.call, bad) == nil)
      #expect(solve(.call, 12, forward: bad) == nil)
      #expect(solve(.call, 12, strike: bad) == nil)
      #expect(solve(.call, 12, rate: bad) == nil)
    }
    for bad in [0, -5.0] {
      #expect(solve(.call, 12, forward: bad) == nil)
      #expect(solve(.put, 2, strike: bad) == nil)
    }
    // With interest the intrinsic value is that of the forward.
    #expect(ImpliedVolatility.onSpot(.put, price: 2, spot: 100, strike: 105, years: 1, rate: 0.05) != nil)
    #expect(ImpliedVolatility.onSpot(.call, price: 4.9, spot: 105, strike: 105, years: 1, rate: 0.05) == nil)
  }

  @Test func minutesBecomeYears() {
    #expect(DayCount.years(minutes: 525_600) == 1)
    #expect(DayCount.years(minutes: -5) == 0)
    let volatility = ImpliedVolatility.onSpot(
      .call, price: 0.35, spot: 600, strike: 600.5, years: DayCount.years(minutes: 5))
    let price = volatility.map {
      BlackScholes.price(.call, spot: 600, strike: 600.5, years: DayCount.years(minutes: 5), volatility: $0)
    }
    #expect(abs((price ?? 0) - 0.35) < 1e-13)
  }
}

/// SplitMix64: the same seed gives the same options on every machine.
private struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
