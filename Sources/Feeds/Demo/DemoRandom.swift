#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A reproducible stream of random numbers: xoshiro256** (Blackman, Vigna), seeded by SplitMix64.
struct DemoRandom {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private var spareNormal: Double?

  init(seed: UInt64) {
    var words = SplitMix64(seed: seed)
    state = (words.next(), words.next(), words.next(), words.next())
  }

  mutating func next() -> UInt64 {
    let scrambled = state.1 &* 5
    let result = ((scrambled << 7) | (scrambled >> 57)) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// Uniform in 0..<bound; the bias of the multiplication is below 1e-15 for the bounds used here.
  mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

  /// Exponential with mean 1.
  mutating func exponential() -> Double { -log(1 - unit()) }

  /// Heavy-tailed, at least 0: the Lomax distribution.
  mutating func pareto(shape: Double) -> Double { pow(1 - unit(), -1 / shape) - 1 }

  /// Marsaglia's polar method; every second call is free.
  mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let (u, v) = (2 * unit() - 1, 2 * unit() - 1)
      let s = u * u + v * v
      guard s > 0, s < 1 else { continue }
      let factor = (-2 * log(s) / s).squareRoot()
      spareNormal = v * factor
      return u * factor
    }
  }
}
