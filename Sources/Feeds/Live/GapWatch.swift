import MarketModel

/// Where a stretch of a stream begins that was not received or could not be read.
struct StretchStart: Hashable, Sendable {
  /// The newest event before it; `.none` when there was none yet.
  var event: Timestamp
  /// Monotonic: when the stream first delivered, for a stretch without an event before it.
  var nanoseconds: Int64

  /// The stream time of the beginning, once an event has told how the stream's time and ours go together.
  /// - Parameters:
  ///   - time: what the stream's clock said …
  ///   - monotonic: … at that moment.
  func time(at time: Timestamp, _ monotonic: Int64) -> Timestamp {
    event != .none ? min(event, time) : time.adding(nanoseconds: -max(0, monotonic - nanoseconds))
  }
}

/// A stretch of stream time that may not have been received.
struct StreamGap: Hashable, Sendable {
  var from: Timestamp
  var to: Timestamp
}

/// Knows from when to when one stream of the vendor was not received. Sans-I/O: what happened and the stream's times in, in the
/// order in which they happened; a finished gap out.
///
/// A gap begins with the newest event before the loss, or, when there was none, with the moment the connection first
/// delivered. It ends with the first newer event after the connection is back: what lies between was played to nobody. A
/// connection lost again before that event goes on with the same gap.
struct GapWatch: Sendable {
  private enum State {
    /// Nothing was ever delivered: nothing can have been missed.
    case untouched
    /// Since that moment without a loss that matters.
    case receiving(sinceNanoseconds: Int64)
    case lost(StretchStart)
    /// Back since that moment; no event has come.
    case returning(StretchStart, sinceNanoseconds: Int64)
  }

  private var state = State.untouched

  /// A market without an event for so long after the return is quiet: the gap ends with the market's clock.
  static let quietNanoseconds: Int64 = 10_000_000_000

  /// The connection is gone.
  /// - Parameter lastEvent: time of the stream's newest event before the loss; `.none` before the first.
  mutating func lost(lastEvent: Timestamp) {
    switch state {
    case .untouched:
      if lastEvent != .none { state = .lost(StretchStart(event: lastEvent, nanoseconds: 0)) }
    case .receiving(let since): state = .lost(StretchStart(event: lastEvent, nanoseconds: since))
    case .lost: break
    case .returning(let start, _): state = .lost(start)
    }
  }

  /// The vendor delivers again, or for the first time.
  mutating func returned(at monotonic: Int64) {
    switch state {
    case .untouched: state = .receiving(sinceNanoseconds: monotonic)
    case .lost(let start): state = .returning(start, sinceNanoseconds: monotonic)
    case .receiving, .returning: break
    }
  }

  /// Whether the end of a gap is awaited: the connection is back.
  var isReturning: Bool { if case .returning = state { true } else { false } }

  /// An event came that is newer than all before.
  /// - Returns: the gap that ends with it.
  mutating func received(_ event: Timestamp, at monotonic: Int64) -> StreamGap? {
    guard case .returning(let start, _) = state, event > start.event else { return nil }
    state = .receiving(sinceNanoseconds: monotonic)
    return StreamGap(from: start.time(at: event, monotonic), to: event)
  }

  /// Nothing newer has come.
  /// - Parameter marketNow: the market's clock at this moment.
  /// - Returns: the gap, when the market is quiet.
  mutating func silent(marketNow: Timestamp, at monotonic: Int64) -> StreamGap? {
    guard case .returning(let start, let since) = state, monotonic - since >= GapWatch.quietNanoseconds else {
      return nil
    }
    state = .receiving(sinceNanoseconds: since)
    let from = start.time(at: marketNow, monotonic)
    return StreamGap(from: from, to: max(from, marketNow))
  }
}
