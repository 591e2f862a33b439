import MarketModel
import Positioning

/// Where dealers stand in every underlying, as it was last worked out. A value: who has one has it for good.
public struct PositioningBoard: Sendable {
  /// Rounds so far; 0 before the first.
  public var rounds: Int64 = 0
  public var underlyings: [InstrumentID: UnderlyingPositioning] = [:]

  public init() {}
}

/// One underlying of the board.
public struct UnderlyingPositioning: Sendable {
  public var report: PositioningReport
  /// Trading day of the flow.
  public var session: MarketDate?
  /// Where `report.spot` is from; nil when it is not known.
  public var spot: PositioningSpot?
  public var inputs: PositioningInputs
  /// Newest first, at most `Limits.shownCrossings`.
  public var crossings: [LevelCrossing]
  /// Of this session, the report included.
  public var history: GammaHistory
  /// On the clock that never goes back: when the engine was last seen to be where the report is.
  public var capturedNanoseconds: Int64

  public init(
    report: PositioningReport, session: MarketDate?, spot: PositioningSpot?, inputs: PositioningInputs,
    crossings: [LevelCrossing], history: GammaHistory = GammaHistory(), capturedNanoseconds: Int64
  ) {
    self.report = report
    self.session = session
    self.spot = spot
    self.inputs = inputs
    self.crossings = crossings
    self.history = history
    self.capturedNanoseconds = capturedNanoseconds
  }
}

/// A price of the underlying and how it was found.
public struct PositioningSpot: Hashable, Sendable {
  public enum Source: String, Hashable, Sendable, CaseIterable {
    /// Its last trade.
    case lastPrice
    /// What its options' quotes imply by put-call parity; its own price is not known, or old.
    case parity
  }
  public var price: Double
  public var source: Source
  /// When it was so.
  public var time: Timestamp

  public init(price: Double, source: Source, time: Timestamp) {
    self.price = price
    self.source = source
    self.time = time
  }
}

/// What a report was made from, beside what its own coverage counts.
public struct PositioningInputs: Hashable, Sendable {
  /// Interest and dividends a year, continuously compounded.
  public var rate: Double
  public var dividendYield: Double
  /// Contracts whose volatility is ours, from the NBBO's middle.
  public var ownVolatilities = 0
  /// Contracts whose volatility is the vendor's.
  public var vendorVolatilities = 0
  /// Contracts left out because they deliver something else than the underlying.
  public var adjustedContracts = 0
  /// Contracts that have been settled: they are counted, and expose nobody any more.
  public var settledContracts = 0

  public init(rate: Double, dividendYield: Double) {
    self.rate = rate
    self.dividendYield = dividendYield
  }
}

/// What the positioning thread knows of itself.
public struct PositioningFacts: Sendable {
  public var intervalSeconds: Double
  public var rounds: Int64 = 0
  /// Wall time at the end of the last round; `.none` before the first.
  public var lastRound = Timestamp.none
  /// Seconds since then; since the start before the first.
  public var ageSeconds = 0.0
  /// What the last round took.
  public var milliseconds = 0.0
  /// Underlyings and contracts of the last round.
  public var underlyings = 0
  public var contracts = 0
  /// Underlyings that the last round had no time for; they come first in the next.
  public var skipped = 0
  /// Crossings of levels since the start, and how many of them found the queue to the alerts full.
  public var crossings: Int64 = 0
  public var missedCrossings: Int64 = 0

  public init(intervalSeconds: Double) { self.intervalSeconds = intervalSeconds }

  /// What is wrong, in words.
  var doubts: [String] {
    let limit = max(PositioningFacts.staleSeconds, 4 * intervalSeconds)
    guard ageSeconds > limit else { return [] }
    let since =
      rounds == 0 ? "has not come round since the start, \(Int(ageSeconds)) s ago" : "is \(Int(ageSeconds)) s old"
    return ["positioning \(since); wanted one round every \(Int(intervalSeconds)) s"]
  }

  /// Age at which a round is doubted, however short the interval.
  private static let staleSeconds = 30.0

  static let schema = Schema<PositioningFacts>(
    "PositioningHealth", "The thread that works out what dealers hold.",
    [
      .number("interval_seconds", "Seconds between two rounds.") { $0.intervalSeconds },
      .integer("rounds", "Rounds since the start.") { $0.rounds },
      .timeOrNull("last_round_time", "End of the last one.") { $0.lastRound },
      .number("age_seconds", "Seconds since then.") { $0.ageSeconds },
      .number("milliseconds", "What it took.") { $0.milliseconds },
      .integer("underlyings", "Underlyings of the last round.") { Int64($0.underlyings) },
      .integer("contracts", "Contracts of the last round.") { Int64($0.contracts) },
      .integer("skipped", "Underlyings it had no time for; they come first in the next.") { Int64($0.skipped) },
      .integer("crossings", "Levels that a price has crossed since the start.") { $0.crossings },
      .integer("crossings_missed", "Those that found the queue to the alerts full.") { $0.missedCrossings },
    ])
}
