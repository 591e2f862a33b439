import MarketModel

/// What is watched of one stream: whether it is mute, and what it missed.
struct StreamWatch: Sendable {
  struct Verdict: Sendable {
    /// How long nothing has come although it should; nil while all is well.
    var muteNanoseconds: Int64?
    /// A gap whose end is known now.
    var gap: GapWatch.Gap?
  }

  private var watchdog: MuteWatchdog
  private var gaps = GapWatch()

  init(delayNanoseconds: Int64) { watchdog = MuteWatchdog(delayNanoseconds: delayNanoseconds) }

  mutating func connected(at monotonic: Int64) {
    watchdog.connected(at: monotonic)
    gaps.returned(at: monotonic)
  }

  mutating func lost(lastEvent: Timestamp?) {
    watchdog.disconnected()
    gaps.lost(lastEvent: lastEvent)
  }

  /// - Parameter frames: messages received since the process began.
  mutating func look(
    frames: Int64, lastEvent: Timestamp?, lastReceived: Int64?, marketNow: Timestamp, wall: Timestamp,
    at monotonic: Int64
  ) -> Verdict {
    let gap = gaps.finished(
      lastEvent: lastEvent, lastReceived: lastReceived, marketNow: marketNow, at: monotonic)
    let silence = watchdog.check(received: frames, streamTime: lastEvent ?? .none, wall: wall, at: monotonic)
    return Verdict(muteNanoseconds: silence, gap: gap)
  }
}
