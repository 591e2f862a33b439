import FlowEngine
import MarketModel
import Positioning

/// Something a person wants to be told: made once by a rule, from a detection, a print or a level, and then lived with.
public struct Alert: Hashable, Sendable {
  /// Counts up over all runs of the file; 0 before it was stored.
  public var id: Int64
  /// Names what it is about, the same in every replay: run, rule and detection (or print, or level and minute). The store holds
  /// one alert of a key, so that a start that plays the journal again tells nobody twice.
  public var key: String
  /// Name of the rule that made it.
  public var rule: String
  public var subject: AlertSubject
  public var score: AlertScore
  public var severity: AlertSeverity
  /// One line, without markup.
  public var title: String
  /// Some lines, without markup.
  public var text: String
  /// The contract or underlying as the vendor writes it, and its underlying.
  public var symbol: String
  public var underlying: String
  public var side: AggressorSide
  public var premiumMicros: Int64
  /// Stream time of its cause, first and newest.
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  /// Stream time when it was made, and where the underlying goes if its first cause is right: what somebody who was told could
  /// act on. Neither changes any more. `.none` and nil for one from before this was noted.
  public var toldTime = Timestamp.none
  public var direction: PriceDirection?
  /// Machine's time when it was made.
  public var createdTime: Timestamp
  public var state: AlertState
  /// Causes that were folded into it: 1, and one for each repeat within its rule's cool-down.
  public var occurrences: Int64
  /// Prints of the strongest cause.
  public var prints: Int64 = 1
  /// Machine's time of the last change of its state, and who made it; nil for one that nobody made.
  public var changedTime: Timestamp
  public var changedBy: String?

  public init(
    id: Int64 = 0, key: String, rule: String, subject: AlertSubject, score: AlertScore, title: String, text: String,
    symbol: String, underlying: String, side: AggressorSide, premiumMicros: Int64, firstTime: Timestamp,
    lastTime: Timestamp, createdTime: Timestamp, state: AlertState = .new, occurrences: Int64 = 1
  ) {
    self.id = id
    self.key = key
    self.rule = rule
    self.subject = subject
    self.score = score
    severity = AlertSeverity(score: score.total)
    self.title = title
    self.text = text
    self.symbol = symbol
    self.underlying = underlying
    self.side = side
    self.premiumMicros = premiumMicros
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.createdTime = createdTime
    changedTime = createdTime
    self.state = state
    self.occurrences = occurrences
  }
}

/// What an alert is about.
public enum AlertSubject: Hashable, Sendable {
  case detection(DetectionID, DetectionKind)
  /// `LabeledPrint.number`, of a user's rule over prints.
  case print(Int64)
  /// A level of the dealers' positioning that the underlying's price crossed.
  case level(PositioningLevel)
  /// Something happened to the data.
  case incident(FeedIncident.Kind)
}

/// 0 to 100: what the premium, the confidence and the number of prints each add.
public struct AlertScore: Hashable, Sendable {
  public var premium: Int
  public var confidence: Int
  public var count: Int
  public var total: Int { min(100, premium + confidence + count) }

  public init(premium: Int, confidence: Int, count: Int) {
    self.premium = premium
    self.confidence = confidence
    self.count = count
  }
}

/// How much it matters.
public enum AlertSeverity: String, Hashable, Comparable, Sendable, CaseIterable {
  case info = "INFO"
  case low = "LOW"
  case medium = "MEDIUM"
  case high = "HIGH"
  case critical = "CRITICAL"

  /// CRITICAL from 70, HIGH from 50, MEDIUM from 30, LOW from 15, INFO below.
  public init(score: Int) {
    self =
      switch score {
      case 70...: .critical
      case 50...: .high
      case 30...: .medium
      case 15...: .low
      default: .info
      }
  }

  private var rank: Int { AlertSeverity.allCases.firstIndex(of: self) ?? 0 }
  public static func < (a: AlertSeverity, b: AlertSeverity) -> Bool { a.rank < b.rank }
}

/// Where it is in its life.
public enum AlertState: String, Hashable, Sendable, CaseIterable {
  case new
  case acknowledged
  case resolved
  /// Nobody looked at it for a day.
  case expired
}
