import MarketModel

/// Adds a `.clock` event whenever stream time has passed into a new second: once a frame at most, behind its events. So what
/// depends on time passing depends on the stream alone and is the same live, in replay and in tests.
public struct StreamClock {
  /// Stream time so far: that of the latest event which was believed.
  public private(set) var time = Timestamp.none
  private var nextNanoseconds = Int64.min
  private var doubt = TimeDoubt()

  public init() {}

  /// Looks at the events from `first` on and appends a clock event if they passed a second.
  @inline(__always)
  public mutating func tick(_ batch: inout EventBatch, from first: Int) {
    guard batch.count > first, let latest = batch.events[batch.count &- 1].time else { return }
    if latest.nanoseconds >= nextNanoseconds { append(latest, &batch) } else if latest > time { time = latest }
  }

  /// Looks at events that have their clock among them already, and adds nothing.
  @inline(__always)
  mutating func follow(_ events: UnsafeBufferPointer<MarketEvent>) {
    for event in events {
      guard let reached = event.reachedTime, reached > time, doubt.believes(reached, after: time) else { continue }
      time = reached
    }
  }

  @inline(never)
  private mutating func append(_ latest: Timestamp, _ batch: inout EventBatch) {
    guard doubt.believes(latest, after: time) else { return }
    time = latest
    let second = latest.nanoseconds / 1_000_000_000
    nextNanoseconds = (second + 1) * 1_000_000_000
    batch.append(.clock(Timestamp(seconds: second)))
  }
}

extension MarketEvent {
  /// The stream time the event stands for; nil when it says nothing of time.
  @inline(__always)
  public var time: Timestamp? {
    switch self {
    case .trade(let trade): return trade.time
    case .quote(let quote): return quote.time
    case .bar(let bar): return bar.start.adding(nanoseconds: Int64(bar.lengthSeconds) &* 1_000_000_000)
    case .reference, .clock, .incident: return nil
    }
  }
}
