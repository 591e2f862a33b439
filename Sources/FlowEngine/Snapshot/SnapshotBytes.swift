/// An engine's state as bytes, to be read by the program that wrote them on the machine that wrote them: what is in memory, as
/// it is in memory. Each value is preceded by its size. Reused, it allocates nothing once it has grown.
///
///     magic (8 bytes), length of the body (8), checksum of the body (8), body
public struct SnapshotBytes: Sendable {
  static let magic: UInt64 = 0x3130_4547_4E45_464D  // "MFENGE01" in memory
  static let headerBytes = 24

  public private(set) var bytes: [UInt8]

  /// - Parameter bytes: what an earlier one held, from a file; empty to save into.
  public init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  /// Starts anew; keeps the memory.
  mutating func begin() {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: repeatElement(0, count: SnapshotBytes.headerBytes))
  }

  /// Fills in the header; what is appended afterwards is not covered.
  mutating func end() {
    let length = UInt64(bytes.count - SnapshotBytes.headerBytes)
    bytes.withUnsafeMutableBytes { all in
      let body = UnsafeRawBufferPointer(rebasing: all[SnapshotBytes.headerBytes...])
      all.storeBytes(of: SnapshotBytes.magic, toByteOffset: 0, as: UInt64.self)
      all.storeBytes(of: length, toByteOffset: 8, as: UInt64.self)
      all.storeBytes(of: SnapshotBytes.checksum(body), toByteOffset: 16, as: UInt64.self)
    }
  }

  mutating func add<Value: BitwiseCopyable>(_ value: Value) {
    withUnsafeBytes(of: value) { raw in
      addCount(raw.count)
      bytes.append(contentsOf: raw)
    }
  }

  mutating func add<Value: BitwiseCopyable>(_ values: UnsafeBufferPointer<Value>) {
    addCount(MemoryLayout<Value>.stride)
    addCount(values.count)
    bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  }

  mutating func add<Value: BitwiseCopyable>(_ values: [Value]) {
    values.withUnsafeBufferPointer { add($0) }
  }

  /// Bytes as they are.
  mutating func add(body: [UInt8]) { bytes += body }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  private mutating func addCount(_ count: Int) {
    withUnsafeBytes(of: UInt64(count)) { bytes.append(contentsOf: $0) }
  }

  /// Any change to any one word changes it.
  static func checksum(_ body: UnsafeRawBufferPointer) -> UInt64 {
    var digest = StateDigest()
    let whole = body.count & ~7
    for offset in stride(from: 0, to: whole, by: 8) {
      digest.add(body.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var rest: UInt64 = 0
    for byte in body[whole...] { rest = rest << 8 | UInt64(byte) }
    digest.add(rest)
    return digest.value
  }
}

/// Reads what `SnapshotBytes` wrote, in the same order.
struct SnapshotReader: ~Copyable {
  private let bytes: [UInt8]
  private var offset = SnapshotBytes.headerBytes

  /// - Throws: `.damaged` unless all bytes are there as they were written.
  init(_ snapshot: SnapshotBytes) throws(SnapshotError) {
    bytes = snapshot.bytes
    if let words = bytes.withUnsafeBytes({ SnapshotReader.damage($0) }) { throw .damaged(words: words) }
  }

  /// What is wrong with the whole; nil when nothing is.
  private static func damage(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count >= SnapshotBytes.headerBytes,
      bytes.loadUnaligned(as: UInt64.self) == SnapshotBytes.magic
    else { return "\(bytes.count) bytes that do not begin like one" }
    let body = UnsafeRawBufferPointer(rebasing: bytes[SnapshotBytes.headerBytes...])
    let length = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    guard length == UInt64(body.count) else { return "\(body.count) bytes of state, \(length) were written" }
    let checksum = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    return checksum == SnapshotBytes.checksum(body) ? nil : "the checksum is wrong"
  }

  mutating func read<Value: BitwiseCopyable>(_ type: Value.Type = Value.self) throws(SnapshotError) -> Value {
    let size = try readCount()
    guard size == MemoryLayout<Value>.size else { throw SnapshotReader.otherSize(type, size) }
    let start = try take(size)
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Value.self) }
  }

  mutating func readArray<Value: BitwiseCopyable>(
    of type: Value.Type = Value.self
  ) throws(SnapshotError) -> [Value] {
    let stride = try readCount()
    guard stride == MemoryLayout<Value>.stride else { throw SnapshotReader.otherSize(type, stride) }
    let count = try readCount()
    guard count <= (bytes.count - offset) / stride else { throw .damaged(words: "it ends within a table") }
    let start = try take(count * stride)
    return Array(unsafeUninitializedCapacity: count) { values, initialized in
      bytes.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(values).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count * stride)]))
      }
      initialized = count
    }
  }

  mutating func readText() throws(SnapshotError) -> String {
    String(decoding: try readArray(of: UInt8.self), as: UTF8.self)
  }

  /// - Throws: `.damaged` when something is left.
  func end() throws(SnapshotError) {
    guard offset == bytes.count else { throw .damaged(words: "\(bytes.count - offset) bytes too many") }
  }

  private mutating func readCount() throws(SnapshotError) -> Int {
    let start = try take(8)
    let count = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
    guard let count = Int(exactly: count) else { throw .damaged(words: "a count of \(count)") }
    return count
  }

  /// - Returns: where the next so many bytes begin.
  private mutating func take(_ count: Int) throws(SnapshotError) -> Int {
    guard count <= bytes.count - offset else { throw .damaged(words: "it ends within a value") }
    defer { offset += count }
    return offset
  }

  private static func otherSize(_ type: Any.Type, _ found: Int) -> SnapshotError {
    .otherProgram(found: "with \(found) bytes where this one has a \(type)", wanted: "another")
  }
}
