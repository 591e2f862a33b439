/// What a query's process and the process that has the store say to each other.
enum WorkerMessage {
  enum Kind: UInt8 {
    /// To the worker: the statement and what there is to query. Once, first.
    case job = 1
    /// From the worker: the next rows of a scan are wanted.
    case scan
    /// To the worker: the next rows; none at the end.
    case window
    /// From the worker: a piece of the answer's text.
    case body
    /// From the worker: the answer is whole. Last.
    case done
    /// From the worker: why there is no answer. Last.
    case failed
  }

  /// Why there is no answer.
  enum Failure: UInt8 {
    case refused = 1
    case memory
    case other
  }

  /// Longer than any message of ours: a window of wide rows.
  static let longest = 256 << 20
}

/// Puts a message together: numbers as they lie in memory (both ends are one program on one machine).
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func text(_ text: String) {
    integer(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func raw(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

  mutating func list<Element>(_ elements: [Element], _ write: (inout MessageWriter, Element) -> Void) {
    integer(UInt32(elements.count))
    for element in elements { write(&self, element) }
  }
}

/// Takes a message apart. Its writer is this very program, so that a message which does not fit is a mistake of ours.
struct MessageReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value {
    raw(MemoryLayout<Value>.size) { $0.loadUnaligned(as: Value.self) }
  }

  /// All that is left.
  mutating func rest() -> [UInt8] { raw(bytes.count - position) { Array($0) } }

  mutating func text() -> String {
    let count = Int(integer(UInt32.self))
    return raw(count) { String(decoding: $0, as: UTF8.self) }
  }

  /// The next bytes, in place.
  mutating func raw<Value>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    precondition(count >= 0 && position + count <= bytes.count, "MessageReader: the message is shorter than it says")
    defer { position += count }
    return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[position..<(position + count)])) }
  }

  mutating func list<Element>(_ read: (inout MessageReader) -> Element) -> [Element] {
    (0..<integer(UInt32.self)).map { _ in read(&self) }
  }
}
