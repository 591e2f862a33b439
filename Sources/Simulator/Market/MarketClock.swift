import Clocks
import MarketModel

/// What time it is in the played market.
struct MarketClock: Sendable {
  let options: SimulatorOptions

  /// The latest event's time and what has passed since at the playing speed; before the first event the demo's start, or for a
  /// file the wall's time.
  func now(_ state: PlayedMarket.State, isPlaying: Bool) -> Timestamp {
    let offset = Int64(options.clockOffsetSeconds) * 1_000_000_000
    guard state.time != .none else {
      if case .demo(let settings) = options.tape { return settings.start.adding(nanoseconds: offset) }
      return Timestamp(nanoseconds: SystemClock.wallNanoseconds + offset)
    }
    var passed = 0.0
    if isPlaying, let speed = options.speed {
      passed = Double(SystemClock.monotonicNanoseconds - state.reachedAt) * speed
    }
    return state.time.adding(nanoseconds: Int64(passed) + offset)
  }
}
