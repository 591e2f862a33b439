/// One reason for a confidence, with what was seen.
@frozen public struct ConfidenceFactor: Hashable, Sendable, BitwiseCopyable {
  public var kind: FactorKind
  /// Share of this factor in the whole, percent; the weights of a detection add up to 100.
  public var weightPercent: UInt8
  /// How well it is met, 0...1000.
  public var scorePermille: UInt16
  /// What was seen, in the unit that the factor's kind names.
  public var value: Float

  public init(_ kind: FactorKind, weightPercent: UInt8, scorePermille: UInt16, value: Float) {
    self.kind = kind
    self.weightPercent = weightPercent
    self.scorePermille = scorePermille
    self.value = value
  }
}

/// What a factor looks at; the unit of its value behind the dash.
@frozen public enum FactorKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case none
  /// Prints - count.
  case legs
  /// Different venues - count.
  case venues
  /// Premium - USD.
  case premium
  /// First to last print - milliseconds.
  case span
  /// Prints at or through the quote - share 0...1.
  case aggression
  /// Size over the average print of the underlying - multiple.
  case sizeMultiple
  /// Contracts or shares - count.
  case size
  /// A condition that says so on the tape - prints that carry it.
  case condition
  /// On a venue of the configured list - prints.
  case venueList
  /// Stamped long after it happened - seconds.
  case delay
  /// At or inside the quote on the passive side - share 0...1.
  case passivePrice
  /// Volume over open interest - multiple.
  case openInterestMultiple
  /// Volume over the running average - multiple.
  case volumeMultiple
  /// Buying premium over all labelled premium - share 0...1.
  case buyShare
  /// Legs' sizes agree - share 0...1.
  case sizeMatch
  /// Legs' times agree - milliseconds apart.
  case timeMatch
  /// Age of the quotes behind the labels - milliseconds.
  case quoteAge
}

/// At most six factors, in place.
@frozen public struct ConfidenceFactors: Hashable, Sendable, BitwiseCopyable {
  public static let capacity = 6
  @usableFromInline var a, b, c, d, e, f: ConfidenceFactor

  public init() {
    let none = ConfidenceFactor(.none, weightPercent: 0, scorePermille: 0, value: 0)
    (a, b, c, d, e, f) = (none, none, none, none, none, none)
  }

  /// - Parameter factors: at most six, weights adding up to 100.
  public init(_ factors: ConfidenceFactor...) {
    self.init()
    precondition(
      factors.count <= ConfidenceFactors.capacity, "ConfidenceFactors: \(factors.count) factors, at most six")
    for (i, factor) in factors.enumerated() { self[i] = factor }
  }

  public subscript(index: Int) -> ConfidenceFactor {
    get {
      switch index {
      case 0: a
      case 1: b
      case 2: c
      case 3: d
      case 4: e
      default: f
      }
    }
    set {
      switch index {
      case 0: a = newValue
      case 1: b = newValue
      case 2: c = newValue
      case 3: d = newValue
      case 4: e = newValue
      default: f = newValue
      }
    }
  }

  /// Weighted sum of the scores, 0...1000.
  public var confidencePermille: UInt16 {
    var sum: UInt32 = 0
    for i in 0..<ConfidenceFactors.capacity { sum += UInt32(self[i].weightPercent) * UInt32(self[i].scorePermille) }
    return UInt16(min(1000, (sum + 50) / 100))
  }
}
