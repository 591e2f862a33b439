import Clocks
import Feeds

/// Throws for faults that depend on the seed and the place alone: the same place always falls the same way.
struct FaultDice: Sendable {
  /// What is thrown for, so that faults do not fall together.
  enum Subject: UInt64, Sendable {
    case malformed = 1
    case damage
    case duplicate
    case late
    case lateness
    case tooManyRequests
    case serverError
    case errorKind
    case slow
    case authFailure
    case maxConnections
    case disconnect
    case disconnectKind
  }

  let seed: UInt64
  /// From this moment of the monotonic clock on nothing goes wrong any more.
  let endNanoseconds: Int64

  init(seed: UInt64, endNanoseconds: Int64 = .max) {
    self.seed = seed
    self.endNanoseconds = endNanoseconds
  }

  init(_ faults: SimulatedFaults) {
    self.init(
      seed: faults.seed,
      endNanoseconds: faults.forSeconds > 0 ? SystemClock.monotonicNanoseconds + Int64(faults.forSeconds * 1e9) : .max)
  }

  var isOver: Bool { endNanoseconds != .max && SystemClock.monotonicNanoseconds >= endNanoseconds }

  /// Uniform in 0..<1.
  func draw(_ subject: Subject, _ place: Int) -> Double {
    let bits = SplitMix64.mixed(
      seed &+ subject.rawValue &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: Int64(place)) &* 0xD1B5_4A32_D192_ED03)
    return Double(bits >> 11) * 0x1p-53
  }

  func falls(_ subject: Subject, _ place: Int, share: Double) -> Bool {
    share > 0 && draw(subject, place) < share && !isOver
  }
}
