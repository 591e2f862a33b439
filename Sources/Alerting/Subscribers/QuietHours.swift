import MarketModel

/// A stretch of each day, by the clocks of New York, in which somebody wants to be left alone; over midnight when it ends before it
/// begins.
public struct QuietHours: Hashable, Sendable, CustomStringConvertible {
  /// Minutes since midnight, the second one not included.
  public let from: Int
  public let to: Int

  static let wanted = "a stretch such as 20:00-07:30"

  /// From `20:00-07:30`; nil when it is none, or empty.
  public init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let from = QuietHours.minute(ends[0]), let to = QuietHours.minute(ends[1]), from != to else {
      return nil
    }
    self.from = from
    self.to = to
  }

  private static func minute(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    return hour * 60 + minute
  }

  public func contains(_ time: Timestamp) -> Bool {
    let minute = NewYorkTime(time).secondOfDay / 60
    return from < to ? (from..<to).contains(minute) : minute >= from || minute < to
  }

  public var description: String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(from / 60)):\(two(from % 60))-\(two(to / 60)):\(two(to % 60))"
  }
}
