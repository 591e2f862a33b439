/// A time of New York's day, as people type it: `09:30`.
public struct DayTime: Hashable, Comparable, Sendable {
  /// Since midnight, at most 24 hours.
  public let secondOfDay: Int

  /// From `HH:MM` or `HH:MM:SS`, up to `24:00`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }),
      text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ":") })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    let second = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    guard numbers[1] < 60, numbers.count < 3 || numbers[2] < 60, second <= 86_400 else { return nil }
    secondOfDay = second
  }

  /// - Parameter secondOfDay: since midnight.
  public init(secondOfDay: Int) { self.secondOfDay = secondOfDay }

  public static func < (a: DayTime, b: DayTime) -> Bool { a.secondOfDay < b.secondOfDay }
}
