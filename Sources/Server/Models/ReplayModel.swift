import JSONText
import MarketModel

/// How fast a recording is played.
public enum ReplaySpeed: Sendable, Hashable {
  /// Stream seconds a wall second.
  case times(Double)
  /// Without pauses.
  case maximum

  /// Nil without pauses.
  public var factor: Double? {
    switch self {
    case .times(let factor): factor
    case .maximum: nil
    }
  }
}

/// What the player of a recording is doing.
public struct ReplayFacts: Sendable {
  /// The trading day that is played; nil before its first event.
  public var day: MarketDate?
  /// Stream time played so far; `.none` before the first event.
  public var position: Timestamp
  /// The stretch that is played; `.none` before the first event. The end is what the calendar says until it is reached.
  public var from: Timestamp
  public var to: Timestamp
  public var speed: ReplaySpeed
  public var isPaused: Bool
  /// On the way to a moment that was asked for, without pauses.
  public var isSeeking: Bool
  /// Nothing more comes.
  public var hasEnded: Bool
  /// Why the day cannot be played, or not any further; nil while it can.
  public var failure: String?

  public init(
    day: MarketDate? = nil, position: Timestamp = .none, from: Timestamp = .none, to: Timestamp = .none,
    speed: ReplaySpeed = .times(1), isPaused: Bool = false, isSeeking: Bool = false, hasEnded: Bool = false,
    failure: String? = nil
  ) {
    self.day = day
    self.position = position
    self.from = from
    self.to = to
    self.speed = speed
    self.isPaused = isPaused
    self.isSeeking = isSeeking
    self.hasEnded = hasEnded
    self.failure = failure
  }
}

/// What somebody wants of the player; nil where nothing is to change.
public struct PlayerCommand: Sendable, Equatable {
  public var isPaused: Bool?
  public var speed: ReplaySpeed?
  /// A moment of the stretch that is played.
  public var position: Timestamp?

  public init(isPaused: Bool? = nil, speed: ReplaySpeed? = nil, position: Timestamp? = nil) {
    self.isPaused = isPaused
    self.speed = speed
    self.position = position
  }
}

/// What became of a command.
public enum PlayerOutcome: Sendable, Equatable {
  case accepted
  /// It cannot be done in this run; the text says why and what to do.
  case refused(String)
}

/// The player of a recording, as the server sees it.
public struct ReplayPlayer: Sendable {
  /// Both are called on the network thread and must not wait.
  public var facts: @Sendable () -> ReplayFacts
  public var command: @Sendable (PlayerCommand) -> PlayerOutcome

  public init(
    facts: @escaping @Sendable () -> ReplayFacts, command: @escaping @Sendable (PlayerCommand) -> PlayerOutcome
  ) {
    self.facts = facts
    self.command = command
  }
}

extension ReplayFacts {
  enum Phase: String, APIChoice, CaseIterable {
    case starting, playing, paused, seeking, ended
    var apiName: String { rawValue }
  }

  var phase: Phase {
    if isSeeking { return .seeking }
    if hasEnded { return .ended }
    if isPaused { return .paused }
    return day == nil ? .starting : .playing
  }

  static let schema = Schema<ReplayFacts>(
    "Replay", "How a recording is being played.",
    [
      .choice(
        "state", "seeking: on the way to a moment that was asked for, without pauses; paused counts once it is there."
      ) { $0.phase },
      .dateOrNull("date", "The trading day; null before the first event.") { $0.day },
      .timeOrNull("position", "Stream time played so far.") { $0.position },
      .timeOrNull("from", "Beginning of the stretch that is played.") { $0.from },
      .timeOrNull("to", "Its end; what the calendar says until the end has been reached.") { $0.to },
      .speed("speed", "1 is the recorded pace; max is without pauses.") { $0.speed },
      .flag("paused", "Whether the player stands still.") { $0.isPaused },
    ])
}

extension JSONType {
  static let replaySpeed = JSONType.either([.number, .constant(ReplayFacts.maximumName)])
}

extension ReplayFacts {
  static let maximumName = "max"
}

extension Field {
  fileprivate static func speed(_ name: String, _ doc: String, _ get: @escaping Get<ReplaySpeed>) -> Field {
    Field(name: name, type: .replaySpeed, doc: doc) { row, json in
      switch get(row) {
      case .times(let factor): json.value(factor)
      case .maximum: json.value(ReplayFacts.maximumName)
      }
    }
  }
}
