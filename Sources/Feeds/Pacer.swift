import MarketModel

/// Maps stream time to wall time: when is an event of a recorded or synthetic stream due?
public struct Pacer: Sendable {
  /// A beginning that is played faster than the rest, so that a viewer finds some history.
  public struct WarmUp: Sendable {
    /// Stream time at which the ordinary speed begins.
    public var end: Timestamp
    /// Stream nanoseconds for each wall nanosecond before it.
    public var speed: Double

    public init(end: Timestamp, speed: Double) {
      self.end = end
      self.speed = speed
    }
  }

  /// Stream nanoseconds for each wall nanosecond; nil plays without pauses.
  public private(set) var speed: Double?
  private let warmUp: WarmUp?
  private var streamStart = Timestamp.none
  private var wallStart: Int64 = 0
  private var lastTime = Timestamp.none
  /// The faster beginning is over, or there is none.
  public private(set) var isWarm: Bool

  /// A longer silence in the stream (nights, weekends, days missing in a recording) is not waited out.
  private static let longestPauseNanoseconds: Int64 = 1_800_000_000_000

  /// - Parameter speed: stream seconds a wall second; nil plays without pauses.
  public init(speed: Double?, warmUp: WarmUp? = nil) {
    self.speed = speed
    self.warmUp = warmUp
    isWarm = warmUp == nil
  }

  /// Nanoseconds to wait until an event of that stream time is due; 0 or less when it is due now.
  public mutating func delay(until time: Timestamp, now: Int64) -> Int64 {
    guard let speed, time != .none else { return 0 }
    if streamStart == .none || time - lastTime > Pacer.longestPauseNanoseconds {
      streamStart = time
      wallStart = now
    }
    if !isWarm, let warmUp, time >= warmUp.end {
      isWarm = true
      streamStart = time
      wallStart = now
    }
    lastTime = max(lastTime, time)
    let pace = isWarm ? speed : max(speed, warmUp?.speed ?? speed)
    return wallStart &+ Int64(Double(time - streamStart) / pace) &- now
  }

  /// Stream time that is due now; `.none` while no event has been asked for at a speed.
  public func position(now: Int64) -> Timestamp {
    guard let speed, streamStart != .none else { return .none }
    let pace = isWarm ? speed : max(speed, warmUp?.speed ?? speed)
    return streamStart.adding(nanoseconds: Int64(Double(now &- wallStart) * pace))
  }

  /// From this moment of the stream on, which is due now, the stream goes on at a speed.
  public mutating func goOn(at time: Timestamp, speed: Double?, now: Int64) {
    self.speed = speed
    streamStart = time
    lastTime = time
    wallStart = now
  }
}
