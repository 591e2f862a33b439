/// Joins the parts of a message that came in several pieces. Its memory grows to the longest message seen and is kept.
struct MessageAssembly: ~Copyable {
  let maximumBytes: Int
  private(set) var count = 0
  private var storage: UnsafeMutablePointer<UInt8>?
  private var capacity = 0

  init(maximumBytes: Int) {
    precondition(maximumBytes > 0, "MessageAssembly: a bound of \(maximumBytes) bytes")
    self.maximumBytes = maximumBytes
  }

  deinit { storage?.deallocate() }

  /// What has come so far.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: storage, count: count) }

  /// - Returns: false when the message would be longer than the bound; nothing is appended then.
  mutating func append(_ part: UnsafeBufferPointer<UInt8>) -> Bool {
    guard part.count <= maximumBytes - count else { return false }
    guard let source = part.baseAddress, part.count > 0 else { return true }
    if count + part.count > capacity { grow(to: count + part.count) }
    if let storage { (storage + count).update(from: source, count: part.count) }
    count += part.count
    return true
  }

  mutating func removeAll() { count = 0 }

  private mutating func grow(to wanted: Int) {
    var larger = max(capacity, 64 * 1024)
    while larger < wanted { larger *= 2 }
    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    if let storage {
      room.update(from: storage, count: count)
      storage.deallocate()
    }
    storage = room
    capacity = larger
  }
}
