/// The sale conditions of one print as a bit set. Options: bit `id - 201` for OPRA ids 201...262. Equities: bit `id` for
/// ids 0...62. Any other id sets `unlisted`. Which table applies follows from the instrument's kind.
@frozen public struct ConditionSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt64
  @inlinable @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// An id outside the table was present.
  public static let unlisted = ConditionSet(rawValue: 1 << 63)

  /// The bit of one vendor condition id, in the options table for ids from 201, else in the equities table.
  @inlinable @inline(__always) public init(vendorID id: Int64) {
    if id >= 201 && id <= 262 {
      rawValue = 1 &<< UInt64(truncatingIfNeeded: id &- 201)
    } else if id >= 0 && id <= 62 {
      rawValue = 1 &<< UInt64(truncatingIfNeeded: id)
    } else {
      rawValue = 1 << 63
    }
  }

  /// The vendor's option condition ids in the set, ascending; `unlisted` has no id.
  public var optionIDs: [Int] { (0...61).filter { rawValue & (1 << UInt64($0)) != 0 }.map { $0 + 201 } }
  /// The vendor's equity condition ids in the set, ascending.
  public var equityIDs: [Int] { (0...62).filter { rawValue & (1 << UInt64($0)) != 0 } }
}
