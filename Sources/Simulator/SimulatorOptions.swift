import Feeds
import MarketModel

/// What the simulated vendor plays, how fast, to whom, and what goes wrong on purpose.
public struct SimulatorOptions: Sendable {
  /// Where the played market comes from.
  public enum Tape: Sendable {
    /// The invented market of `DemoFeed`, without end.
    case demo(DemoSettings)
    /// Recorded frames or a flat file.
    case file(path: String)
  }

  public var tape: Tape
  /// Stream seconds a wall second; nil plays as fast as the readers take it.
  public var speed: Double?
  /// 0 takes a free port. The simulator listens on 127.0.0.1 only.
  public var port: Int
  /// Playing begins when so many connections hold a channel; 0 begins at once.
  public var waitsForClients: Int
  public var account = SimulatedAccount()
  public var faults = SimulatedFaults()
  /// Quotes of each instrument that REST keeps; the oldest make room and are counted.
  public var quotesKept = 2_000
  /// Bytes that may wait for one reader; beyond it is a slow consumer. The vendor does not publish its own bound.
  public var queuedBytes = 16 << 20
  /// Added to the server's time of `/v1/marketstatus/now`.
  public var clockOffsetSeconds = 0
  /// Rows of `/v3/trades` carry `sequence_number`, as on the vendor's newer path.
  public var hasTradeSequences = true
  /// One array acknowledges all channels of a message, instead of one frame a channel.
  public var acknowledgesAtOnce = false

  /// - Parameter waitsForClients: nil waits for one when a file is played or when there is no pace, so that nothing is played
  ///   to nobody; else begins at once.
  public init(tape: Tape, speed: Double? = 1, port: Int = 8765, waitsForClients: Int? = nil) {
    self.tape = tape
    self.speed = speed
    self.port = port
    var waits = speed == nil
    if case .file = tape { waits = true }
    self.waitsForClients = waitsForClients ?? (waits ? 1 : 0)
  }
}

/// What the vendor sold to its customers.
public struct SimulatedAccount: Sendable {
  public enum Plan: String, Sendable, CaseIterable {
    case realtime
    /// No option quotes; REST says DELAYED. The data are not held back.
    case delayed
    /// Neither sockets nor market data.
    case none
  }

  public var plan = Plan.realtime
  /// API keys that exist; empty takes every key but the empty one.
  public var keys: Set<String> = []
  /// Connections one key may have on a cluster. The vendor sells one.
  public var connections = 10

  public init() {}
}

/// Faults of the simulated vendor; none by default. The same seed puts those with a share at the same places of the stream.
public struct SimulatedFaults: Sendable {
  public var seed: UInt64 = 1
  /// Wall seconds from the start after which nothing goes wrong any more; 0 never.
  public var forSeconds = 0.0
  /// Every socket is cut after about so many wall seconds; 0 never.
  public var disconnectSeconds = 0.0
  /// Every so many wall seconds nothing is sent for `muteSeconds`; 0 never.
  public var muteEverySeconds = 0.0
  public var muteSeconds = 30.0
  /// Share of frames that arrive damaged, 0 to 1.
  public var malformedShare = 0.0
  /// Share of events that are sent twice, 0 to 1.
  public var duplicateShare = 0.0
  /// Share of prints that are sent up to `lateSeconds` of stream time late, 0 to 1.
  public var lateShare = 0.0
  public var lateSeconds = 1.5
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
