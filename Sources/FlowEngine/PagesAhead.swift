/// Memory that grows from its start and is used for the first time by the prints of the day: the system makes a page of it at its
/// first write, which takes ten times as long as all that is done for a print. So whoever owns such memory writes to the
/// pages that come next before they are needed, once a second of stream time, and holds no more than it may need.
struct PagesAhead {
  private static let pageBytes = 4096
  /// 2,000 prints that no second before has announced.
  private static let leastBytes = 32 * pageBytes
  /// Bytes from the start that are made.
  private var made = 0
  private var usedBefore = 0

  /// - Parameters:
  ///   - memory: nothing at or behind `used` counts.
  ///   - used: bytes from the start that are in use.
  ///   - capacity: of all bytes.
  mutating func make(_ memory: UnsafeMutableRawPointer, used: Int, capacity: Int) {
    let wanted = min(capacity, used + max(PagesAhead.leastBytes, 2 * (used - usedBefore)))
    usedBefore = used
    made = max(made, used)
    while made < wanted {
      memory.storeBytes(of: 0, toByteOffset: made, as: UInt8.self)
      made += PagesAhead.pageBytes
    }
  }
}
