#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// erfcx(x) = exp(x²) erfc(x): what is left of a normal tail when its exponential is taken out. Neither underflows nor loses
/// digits far into the tail, where erfc itself does.
///
/// Rational minimax approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
/// Math. Comp. 23 (1969), 631-637; relative error a few units of the last place.
enum ScaledComplementaryError {
  @inline(__always)
  static func value(_ x: Double) -> Double {
    if x < -0.46875 { return 2 * exp(x * x) - upper(-x) }
    if x <= 0.46875 { return exp(x * x) * (1 - errorFunction(x)) }
    return upper(x)
  }

  /// For x above 0.46875.
  @inline(__always)
  private static func upper(_ x: Double) -> Double { x <= 4 ? middle(x) : far(x) }

  /// erf(x) for |x| up to 0.46875.
  @inline(__always)
  private static func errorFunction(_ x: Double) -> Double {
    let y = x * x
    let p0 = 0.185777706184603153 * y + 3.16112374387056560
    let p = ((p0 * y + 113.864154151050156) * y + 377.485237685302021) * y + 3209.37758913846947
    let q0 = (y + 23.6012909523441209) * y + 244.024637934444173
    let q = (q0 * y + 1282.61652607737228) * y + 2844.23683343917062
    return x * p / q
  }

  /// For 0.46875 to 4.
  @inline(__always)
  private static func middle(_ x: Double) -> Double {
    var p = 2.15311535474403846e-8 * x + 0.564188496988670089
    p = (p * x + 8.88314979438837594) * x + 66.1191906371416295
    p = (p * x + 298.635138197400131) * x + 881.952221241769090
    p = (p * x + 1712.04761263407058) * x + 2051.07837782607147
    p = p * x + 1230.33935479799725
    var q = (x + 15.7449261107098347) * x + 117.693950891312499
    q = (q * x + 537.181101862009858) * x + 1621.38957456669019
    q = (q * x + 3290.79923573345963) * x + 4362.61909014324716
    q = (q * x + 3439.36767414372164) * x + 1230.33935480374942
    return p / q
  }

  /// Above 4.
  @inline(__always)
  private static func far(_ x: Double) -> Double {
    let y = 1 / (x * x)
    var p = 0.0163153871373020978 * y + 0.305326634961232344
    p = (p * y + 0.360344899949804439) * y + 0.125781726111229246
    p = (p * y + 0.0160837851487422766) * y + 6.58749161529837803e-4
    var q = (y + 2.56852019228982242) * y + 1.87295284992346047
    q = (q * y + 0.527905102951428412) * y + 0.0605183413124413191
    q = q * y + 0.00233520497626869185
    let inverseRootPi = 0.564189583547756286948
    return (inverseRootPi - y * p / q) / x
  }
}
