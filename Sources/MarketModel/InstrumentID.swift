/// The dense number an instrument got when its symbol was first seen; indexes arrays everywhere inside the house.
/// Numbers are given in order of appearance, so the same stream gives the same numbers. They do not outlive a process.
@frozen public struct InstrumentID: Hashable, Comparable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  @inlinable @inline(__always) public var index: Int { Int(rawValue) }
  @inlinable public static func < (a: InstrumentID, b: InstrumentID) -> Bool { a.rawValue < b.rawValue }
}
