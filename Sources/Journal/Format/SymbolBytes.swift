import MarketModel

/// Symbols in files: a byte for the length, then as many bytes of ASCII.
enum SymbolBytes {
  static let longest = 1 + SymbolText.capacity

  /// - Returns: the bytes it took, at most `longest`.
  static func encode(_ symbol: SymbolText, to bytes: UnsafeMutableRawPointer) -> Int {
    let count = symbol.count
    bytes.put(UInt8(truncatingIfNeeded: count), at: 0)
    for index in 0..<count { bytes.put(symbol[index], at: 1 + index) }
    return 1 + count
  }

  /// Reads symbols one behind the other.
  /// - Returns: the bytes they took; nil when they do not end within the bytes or one is longer than a symbol.
  static func decode(_ bytes: UnsafeRawBufferPointer, count: UInt32, _ each: (SymbolText) -> Void) -> Int? {
    var offset = 0
    for _ in 0..<count {
      guard offset < bytes.count else { return nil }
      let length = Int(bytes[offset])
      guard length <= SymbolText.capacity, offset + 1 + length <= bytes.count else { return nil }
      let text = UnsafeRawBufferPointer(rebasing: bytes[offset + 1..<offset + 1 + length])
      each(SymbolText(bytes: text.assumingMemoryBound(to: UInt8.self)))
      offset += 1 + length
    }
    return offset
  }
}
