/// Which trading day a stream of events has come to. Engine and journal follow the same rule on the same events, so that the
/// journal's day begins with the very event that begins the engine's.
public struct StreamDay: Hashable, Sendable, BitwiseCopyable {
  /// Latest time that was believed; `.none` before the first.
  public private(set) var time = Timestamp.none
  /// Nil before the first event that has a time.
  public private(set) var day: MarketDate?
  /// The day ends when an event reaches this moment.
  private var boundary = Timestamp(nanoseconds: .min)
  private var doubt = TimeDoubt()

  /// What a time did to the stream.
  public enum Step: Hashable, Sendable {
    /// The day goes on (also when the time is an earlier one: stream time never goes back).
    case goesOn
    /// The event begins this day, the first one or the next.
    case begins(MarketDate)
    /// The time is not believed and moves nothing.
    case doubted
  }

  public init() {}

  /// A stream that goes on: as it was when it had come to `time` and had last not believed `doubted`.
  public init(time: Timestamp, doubted: Timestamp) {
    doubt = TimeDoubt(doubted: doubted)
    guard time != .none else { return }
    self.time = time
    day = TradingCalendar.tradingDay(containing: time)
    boundary = TradingCalendar.sessionBoundary(after: time)
  }

  /// Latest time that was not believed; `.none` when there was none.
  public var doubted: Timestamp { doubt.doubted }

  @inline(__always)
  public mutating func advance(to time: Timestamp) -> Step {
    guard time > self.time else { return .goesOn }
    if time >= boundary { return enter(time) }
    self.time = time
    return .goesOn
  }

  @inline(never)
  private mutating func enter(_ time: Timestamp) -> Step {
    guard doubt.believes(time, after: self.time) else { return .doubted }
    self.time = time
    // A day begins alike whatever was doubted before it.
    doubt = TimeDoubt()
    let day = TradingCalendar.tradingDay(containing: time)
    self.day = day
    boundary = TradingCalendar.sessionBoundary(after: time)
    return .begins(day)
  }
}

extension MarketEvent {
  /// The moment that stream time reaches with the event; nil when it moves nothing.
  @inline(__always)
  public var reachedTime: Timestamp? {
    let time: Timestamp
    switch self {
    case .trade(let trade): time = trade.time
    case .quote(let quote): time = quote.time
    case .bar(let bar): time = bar.start.adding(nanoseconds: Int64(bar.lengthSeconds) &* 1_000_000_000)
    case .reference(let reference): time = reference.time
    case .clock(let clock): time = clock
    case .incident(let incident): time = incident.time
    }
    return time == .none ? nil : time
  }
}
