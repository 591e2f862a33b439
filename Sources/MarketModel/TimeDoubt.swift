/// Keeps one wrong stamp from moving a stream's time: a time more than a month ahead is believed only when the next such time
/// says about the same, which is what a gap in a recording looks like.
public struct TimeDoubt: Hashable, Sendable, BitwiseCopyable {
  /// Latest time that was not believed; `.none` when there was none.
  public private(set) var doubted = Timestamp.none

  private static let dayNanoseconds: Int64 = 86_400_000_000_000

  public init(doubted: Timestamp = .none) { self.doubted = doubted }

  /// - Parameters:
  ///   - time: what an event says.
  ///   - now: the stream's time so far; `.none` before the first event, which is always believed.
  public mutating func believes(_ time: Timestamp, after now: Timestamp) -> Bool {
    if now == .none || time - now <= 31 * TimeDoubt.dayNanoseconds { return true }
    if abs(time - doubted) <= TimeDoubt.dayNanoseconds { return true }
    doubted = time
    return false
  }
}
