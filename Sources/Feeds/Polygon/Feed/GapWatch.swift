import MarketModel

/// Knows from when to when one stream of the vendor was not received. Sans-I/O: what happened and the stream's times in, a
/// finished gap out.
///
/// A gap begins with the newest event before the loss. It ends with the first event after the connection is back: what lies
/// between was played to nobody. A connection lost again before that first event goes on with the same gap.
struct GapWatch: Sendable {
  private enum State {
    /// Nothing was ever received: nothing can have been missed.
    case untouched
    case receiving
    case lost(from: Timestamp)
    /// Back since that moment; no event has come.
    case returning(from: Timestamp, sinceNanoseconds: Int64)
  }

  /// A stretch of stream time that may not have been received.
  struct Gap: Hashable, Sendable {
    var from: Timestamp
    var to: Timestamp
  }

  private var state = State.untouched

  /// A market without an event for so long after the return is quiet: the gap ends with the market's clock.
  static let quietNanoseconds: Int64 = 10_000_000_000

  /// The connection is gone.
  /// - Parameter lastEvent: time of the stream's newest event; nil before the first.
  mutating func lost(lastEvent: Timestamp?) {
    switch state {
    case .untouched, .receiving: state = lastEvent.map { .lost(from: $0) } ?? .untouched
    case .lost: break
    case .returning(let from, _): state = .lost(from: from)
    }
  }

  /// The vendor delivers again.
  mutating func returned(at monotonic: Int64) {
    guard case .lost(let from) = state else { return }
    state = .returning(from: from, sinceNanoseconds: monotonic)
  }

  /// - Parameters:
  ///   - lastEvent: time of the stream's newest event; nil before the first.
  ///   - lastReceived: when its frame came, monotonic; nil before the first.
  ///   - marketNow: the market's clock.
  /// - Returns: the gap, once, when its end is known.
  mutating func finished(
    lastEvent: Timestamp?, lastReceived: Int64?, marketNow: Timestamp, at monotonic: Int64
  ) -> Gap? {
    guard case .returning(let from, let since) = state else { return nil }
    if let lastEvent, let lastReceived, lastReceived > since, lastEvent > from {
      state = .receiving
      return Gap(from: from, to: lastEvent)
    }
    guard monotonic - since >= GapWatch.quietNanoseconds else { return nil }
    state = .receiving
    return Gap(from: from, to: max(from, marketNow))
  }
}
