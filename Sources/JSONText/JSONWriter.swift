/// Writes JSON text (RFC 8259) into a byte buffer, value by value; commas and colons come by themselves.
///
///     var json = JSONWriter()
///     json.object { $0.field("symbol", "SPY"); $0.field("price", 672.14) }
public struct JSONWriter: Sendable {
  /// The text so far, UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  public init(reservingBytes capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Forgets the text and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  // MARK: Containers

  public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    try container(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
    try container(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// The name of the next value inside an object.
  public mutating func key(_ name: String) {
    value(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: Values

  public mutating func value(_ text: some StringProtocol) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 { appendEscaped(byte) }
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func value(_ number: some BinaryInteger) {
    separate()
    bytes.append(contentsOf: String(number).utf8)
  }

  /// The shortest text that reads back as the same number; null for NaN and infinities, which JSON cannot say.
  public mutating func value(_ number: Double) {
    guard number.isFinite else { return null() }
    separate()
    if number == number.rounded(), abs(number) < 1e15 {
      bytes.append(contentsOf: String(Int64(number)).utf8)
    } else {
      bytes.append(contentsOf: number.description.utf8)
    }
  }

  public mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  public mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// An exact decimal from millionths: 672140000 is written 672.14.
  public mutating func value(micros: Int64) {
    separate()
    var magnitude = micros.magnitude
    if micros < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(contentsOf: String(magnitude / 1_000_000).utf8)
    magnitude %= 1_000_000
    guard magnitude != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    var divisor: UInt64 = 100_000
    while magnitude != 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(magnitude / divisor))
      magnitude %= divisor
      divisor /= 10
    }
  }

  /// Text that is JSON already.
  public mutating func raw(_ json: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
  }

  // MARK: Fields

  public mutating func field(_ name: String, _ text: some StringProtocol) { key(name); value(text) }
  public mutating func field(_ name: String, _ number: some BinaryInteger) { key(name); value(number) }
  public mutating func field(_ name: String, _ number: Double) { key(name); value(number) }
  public mutating func field(_ name: String, _ flag: Bool) { key(name); value(flag) }
  public mutating func field(_ name: String, micros: Int64) { key(name); value(micros: micros) }
  public mutating func field(_ name: String, object body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try object(body)
  }
  public mutating func field(_ name: String, array body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try array(body)
  }
  public mutating func nullField(_ name: String) { key(name); null() }

  // MARK: Pieces

  private mutating func container(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) throws -> Void) rethrows {
    separate()
    bytes.append(open)
    needsComma = false
    try body(&self)
    bytes.append(close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}
