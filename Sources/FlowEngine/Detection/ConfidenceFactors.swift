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

  /// What stands in a place that is not used.
  public static var none: ConfidenceFactor {
    ConfidenceFactor(.none, weightPercent: 0, scorePermille: 0, value: 0)
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

/// At most six factors, in place: seven bytes each.
@frozen public struct ConfidenceFactors: Hashable, Sendable, BitwiseCopyable {
  /// All of a factor but its value: score in ten bits, weight in seven, kind in five.
  @usableFromInline struct Head: Hashable, Sendable, BitwiseCopyable {
    private var low: UInt8 = 0
    private var middle: UInt8 = 0
    private var high: UInt8 = 0

    init(_ factor: ConfidenceFactor) {
      let bits =
        UInt32(min(1023, factor.scorePermille)) | UInt32(min(127, factor.weightPercent)) << 10
        | UInt32(factor.kind.rawValue) << 17
      low = UInt8(truncatingIfNeeded: bits)
      middle = UInt8(truncatingIfNeeded: bits >> 8)
      high = UInt8(truncatingIfNeeded: bits >> 16)
    }

    func factor(value: Float) -> ConfidenceFactor {
      let bits = UInt32(low) | UInt32(middle) << 8 | UInt32(high) << 16
      return ConfidenceFactor(
        FactorKind(rawValue: UInt8(bits >> 17)) ?? .none, weightPercent: UInt8(bits >> 10 & 127),
        scorePermille: UInt16(bits & 1023), value: value)
    }
  }

  public static let capacity = 6
  private var values: Values
  private var heads: Heads

  @usableFromInline struct Values: Hashable, Sendable, BitwiseCopyable {
    var a, b, c, d, e, f: Float
  }

  @usableFromInline struct Heads: Hashable, Sendable, BitwiseCopyable {
    var a, b, c, d, e, f: Head
  }

  public init() { self.init(.none) }

  /// Weights add up to 100. One by one: an array of them would be memory from the heap for each record.
  public init(
    _ a: ConfidenceFactor, _ b: ConfidenceFactor = .none, _ c: ConfidenceFactor = .none, _ d: ConfidenceFactor = .none,
    _ e: ConfidenceFactor = .none, _ f: ConfidenceFactor = .none
  ) {
    values = Values(a: a.value, b: b.value, c: c.value, d: d.value, e: e.value, f: f.value)
    heads = Heads(a: Head(a), b: Head(b), c: Head(c), d: Head(d), e: Head(e), f: Head(f))
  }

  public subscript(index: Int) -> ConfidenceFactor {
    get {
      switch index {
      case 0: heads.a.factor(value: values.a)
      case 1: heads.b.factor(value: values.b)
      case 2: heads.c.factor(value: values.c)
      case 3: heads.d.factor(value: values.d)
      case 4: heads.e.factor(value: values.e)
      default: heads.f.factor(value: values.f)
      }
    }
    set {
      let head = Head(newValue)
      switch index {
      case 0: (heads.a, values.a) = (head, newValue.value)
      case 1: (heads.b, values.b) = (head, newValue.value)
      case 2: (heads.c, values.c) = (head, newValue.value)
      case 3: (heads.d, values.d) = (head, newValue.value)
      case 4: (heads.e, values.e) = (head, newValue.value)
      default: (heads.f, values.f) = (head, newValue.value)
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
