import MarketModel

/// What the simulated vendor plays, how fast, and what goes wrong on purpose.
public struct SimulatorOptions: Sendable {
  /// Stream seconds a wall second; nil plays without pauses.
  public var speed: Double?
  /// 0 takes a free port. The simulator listens on 127.0.0.1 only.
  public var port: Int
  public var faults: SimulatedFaults

  public init(speed: Double? = 1, port: Int = 8765, faults: SimulatedFaults = SimulatedFaults()) {
    self.speed = speed
    self.port = port
    self.faults = faults
  }
}

/// Faults of the simulated vendor; none by default. The same seed puts them at the same places of the stream.
public struct SimulatedFaults: Sendable {
  public var seed: UInt64 = 1
  /// Every socket is cut after about so many wall seconds; 0 never.
  public var disconnectSeconds = 0.0
  /// Every so many wall seconds nothing is sent for `muteSeconds`; 0 never.
  public var muteEverySeconds = 0.0
  public var muteSeconds = 30.0
  /// Share of frames that arrive damaged, 0 to 1.
  public var malformedShare = 0.0
  /// Share of events that are sent twice, 0 to 1.
  public var duplicateShare = 0.0
  /// Share of prints that are sent some seconds late, 0 to 1.
  public var lateShare = 0.0
  /// Share of REST requests answered with 429 and Retry-After, 0 to 1.
  public var tooManyRequestsShare = 0.0
  /// Share of REST requests answered with 500, 502 or 503, 0 to 1.
  public var serverErrorShare = 0.0
  /// Share of REST requests answered after `slowSeconds`, 0 to 1.
  public var slowShare = 0.0
  public var slowSeconds = 5.0
  /// Share of sign-ins refused with `auth_failed`, 0 to 1.
  public var authFailureShare = 0.0
  /// Share of connections refused with `max_connections`, 0 to 1.
  public var maxConnectionsShare = 0.0

  public init() {}
}
