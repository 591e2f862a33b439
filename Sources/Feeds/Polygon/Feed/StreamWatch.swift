import MarketModel

/// What is watched of one stream: whether it is mute. What it missed is seen by the feed's thread, between which events.
struct StreamWatch: Sendable {
  private var watchdog: MuteWatchdog

  init(delayNanoseconds: Int64) { watchdog = MuteWatchdog(delayNanoseconds: delayNanoseconds) }

  mutating func connected(at monotonic: Int64) { watchdog.connected(at: monotonic) }

  mutating func lost() { watchdog.disconnected() }

  /// - Parameter frames: messages received since the process began.
  /// - Returns: how long nothing has come although it should, nanoseconds; nil while all is well.
  mutating func look(frames: Int64, lastEvent: Timestamp?, wall: Timestamp, at monotonic: Int64) -> Int64? {
    watchdog.check(received: frames, streamTime: lastEvent ?? .none, wall: wall, at: monotonic)
  }
}
