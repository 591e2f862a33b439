import MarketModel

/// Adds a `.clock` event whenever stream time has passed into a new second: once a frame at most, behind its events. So what
/// depends on time passing depends on the stream alone and is the same live, in replay and in tests.
public struct StreamClock {
  private var nextNanoseconds = Int64.min

  public init() {}

  /// Looks at the events from `first` on and appends a clock event if they passed a second.
  @inline(__always)
  public mutating func tick(_ batch: inout EventBatch, from first: Int) {
    guard batch.count > first else { return }
    let time: Int64
    switch batch.events[batch.count &- 1] {
    case .trade(let trade): time = trade.time.nanoseconds
    case .quote(let quote): time = quote.time.nanoseconds
    case .bar, .reference, .clock, .incident: return
    }
    if time >= nextNanoseconds { append(time, &batch) }
  }

  @inline(never)
  private mutating func append(_ time: Int64, _ batch: inout EventBatch) {
    let second = time / 1_000_000_000
    nextNanoseconds = (second + 1) * 1_000_000_000
    batch.append(.clock(Timestamp(seconds: second)))
  }
}
