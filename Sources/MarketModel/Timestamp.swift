/// A moment, in nanoseconds since 1970-01-01T00:00:00Z. Every time in the house is UTC; market time is for the
/// calendar and for display only.
@frozen public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since the Unix epoch, UTC.
  public var nanoseconds: Int64

  @inlinable @inline(__always) public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  /// From Unix milliseconds, the unit of vendor WebSocket messages.
  @inlinable @inline(__always) public init(milliseconds: Int64) { nanoseconds = milliseconds &* 1_000_000 }
  @inlinable public init(seconds: Int64) { nanoseconds = seconds &* 1_000_000_000 }

  /// The epoch itself; stands for "no time known" in records that have no room for an optional.
  public static let none = Timestamp(nanoseconds: 0)

  /// Whole milliseconds since the epoch, rounded down.
  @inlinable public var milliseconds: Int64 { nanoseconds.flooredDivision(by: 1_000_000) }
  /// The start of the UTC minute that holds this moment.
  @inlinable public var minuteStart: Timestamp {
    Timestamp(nanoseconds: nanoseconds.flooredDivision(by: 60_000_000_000) &* 60_000_000_000)
  }

  @inlinable @inline(__always) public static func < (a: Timestamp, b: Timestamp) -> Bool {
    a.nanoseconds < b.nanoseconds
  }
  /// Nanoseconds from `b` to `a`.
  @inlinable @inline(__always) public static func - (a: Timestamp, b: Timestamp) -> Int64 {
    a.nanoseconds &- b.nanoseconds
  }
  @inlinable public func adding(nanoseconds delta: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds &+ delta) }
}

extension Int64 {
  /// Division that rounds towards negative infinity, so that times before 1970 fall into the right bucket.
  @inlinable func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return (self % divisor < 0) ? quotient - 1 : quotient
  }
}
