import MarketModel

/// Knows which part of a stream could not be read or found no room. Sans-I/O, as `GapWatch`.
///
/// Damage begins with the newest good event before it and ends with the next one. When none comes for a while, it ends with
/// the market's clock at the moment the last damaged frame was received: on a quiet stream the last good event may be long
/// ago, and what was lost happened just then.
struct DamageWatch: Sendable {
  private var start: StretchStart?
  /// When the latest damaged frame was received, monotonic.
  private var latest: Int64 = 0

  /// So long the next good event is waited for.
  static let quietNanoseconds: Int64 = 5_000_000_000

  var isOpen: Bool { start != nil }

  /// A damaged frame came.
  /// - Parameter lastEvent: time of the newest good event before it; `.none` before the first.
  mutating func damaged(lastEvent: Timestamp, at monotonic: Int64) {
    if start == nil { start = StretchStart(event: lastEvent, nanoseconds: monotonic) }
    latest = monotonic
  }

  /// A good event came that is newer than all before.
  mutating func received(_ event: Timestamp, at monotonic: Int64) -> StreamGap? {
    guard let start, event > start.event else { return nil }
    self.start = nil
    return StreamGap(from: start.time(at: event, monotonic), to: event)
  }

  /// Nothing newer has come.
  /// - Parameter marketTime: the market's clock at a monotonic moment.
  mutating func silent(marketTime: (Int64) -> Timestamp, at monotonic: Int64) -> StreamGap? {
    guard let start, monotonic - latest >= DamageWatch.quietNanoseconds else { return nil }
    self.start = nil
    let now = marketTime(latest)
    let from = start.time(at: now, latest)
    return StreamGap(from: from, to: max(from, now))
  }
}
