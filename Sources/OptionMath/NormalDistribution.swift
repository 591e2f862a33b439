#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The normal distribution with mean 0 and standard deviation 1.
public enum NormalDistribution {
  /// Probability of a value up to `x`; absolute error about 1e-16, and relative error small far into the lower tail.
  public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.707106781186547524400844362104849) }

  /// Density at `x`.
  public static func density(_ x: Double) -> Double { 0.398942280401432677939946059934382 * exp(-0.5 * x * x) }
}
