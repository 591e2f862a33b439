import MarketModel
import OptionMath
import Testing

@Suite struct NormalDistributionTests {
  /// Abramowitz and Stegun, table 26.1 and 26.2 (15 and 5 places).
  @Test(arguments: [
    (0.0, 0.5), (1.0, 0.841_344_746_068_543), (-1.0, 0.158_655_253_931_457), (1.96, 0.975_002_104_851_780),
    (-3.0, 0.001_349_898_031_630), (5.0, 0.999_999_713_348_428),
  ])
  func cumulativeAgreesWithTables(x: Double, expected: Double) {
    #expect(abs(NormalDistribution.cumulative(x) - expected) < 6e-16)
  }

  /// 1 minus the upper tail would give 0 here.
  @Test func lowerTailKeepsItsDigits() {
    #expect(abs(NormalDistribution.cumulative(-10) / 7.619_853_024_160_526e-24 - 1) < 1e-13)
    #expect(abs(NormalDistribution.cumulative(-30) / 4.906_713_927_148_187e-198 - 1) < 1e-12)
  }

  @Test func limitsAreExact() {
    #expect(NormalDistribution.cumulative(.infinity) == 1)
    #expect(NormalDistribution.cumulative(-.infinity) == 0)
    #expect(NormalDistribution.density(.infinity) == 0)
    #expect(abs(NormalDistribution.density(1) - 0.241_970_724_519_143) < 4e-16)
  }

  @Test func yearsAreActualOver365() {
    let now = Timestamp(seconds: 1_765_897_200)
    #expect(DayCount.years(from: now, to: now.adding(nanoseconds: 365 * 86_400_000_000_000)) == 1)
    #expect(DayCount.years(from: now, to: now) == 0)
    #expect(DayCount.years(from: now, to: Timestamp(seconds: 0)) == 0)
    #expect(DayCount.years(from: now, to: now, minimumMinutes: 5) == 5.0 / 525_600)
    #expect(DayCount.years(from: Timestamp(nanoseconds: .min), to: Timestamp(nanoseconds: .max)) > 500)
  }
}
