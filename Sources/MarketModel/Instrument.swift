/// What a symbol stands for. Fixed width, so that the table of all instruments is one contiguous array.
@frozen public struct Instrument: Hashable, Sendable, BitwiseCopyable {
  @frozen public enum Kind: UInt8, Sendable, BitwiseCopyable {
    case equity
    case option
  }
  /// The vendor's symbol as it came (`AAPL`, `O:SPY251216C00572000`).
  public var symbol: SymbolText
  public var kind: Kind
  /// Options: call or put. Meaningless for equities.
  public var right: OptionRight
  /// Options: last day of trading. Meaningless for equities.
  public var expiry: MarketDate
  /// Options: strike. Zero for equities.
  public var strike: Price
  /// The equity this instrument belongs to; its own id for an equity.
  public var underlying: InstrumentID
  /// Shares one contract delivers (100 for standard options, 1 for equities).
  public var multiplier: UInt32
}

/// Call or put.
@frozen public enum OptionRight: UInt8, Sendable, BitwiseCopyable {
  case call
  case put
}

/// A symbol of at most 32 bytes of ASCII, stored inline and padded with zeros: compared and hashed as four words.
@frozen public struct SymbolText: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
  public var words: SIMD4<UInt64>

  /// Longest symbol in bytes.
  public static let capacity = 32

  @inlinable @inline(__always) public init(words: SIMD4<UInt64>) { self.words = words }

  /// Nil when the text is longer than `capacity`.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count <= SymbolText.capacity else { return nil }
    self = bytes.withUnsafeBufferPointer { SymbolText(bytes: $0) }
  }

  /// Copies at most `capacity` bytes; the caller has checked the length.
  public init(bytes: UnsafeBufferPointer<UInt8>) {
    precondition(bytes.count <= SymbolText.capacity, "SymbolText: \(bytes.count) bytes, at most \(SymbolText.capacity)")
    var words = SIMD4<UInt64>()
    for (i, byte) in bytes.enumerated() { words[i / 8] |= UInt64(byte) << UInt64(8 * (i % 8)) }
    self.words = words
  }

  /// Number of bytes before the padding.
  public var count: Int {
    for word in (0..<4).reversed() where words[word] != 0 { return word * 8 + 8 - words[word].leadingZeroBitCount / 8 }
    return 0
  }

  @inlinable public subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[index >> 3] >> UInt64(8 * (index & 7)))
  }

  public var description: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }

  /// Whether the symbol has at least one byte and all of its bytes are visible ASCII that JSON and CSV write as they are:
  /// no quotation mark, no backslash.
  public var isPrintable: Bool {
    let count = count
    return count > 0
      && (0..<count).allSatisfy { index in
        let byte = self[index]
        return (UInt8(ascii: "!")...UInt8(ascii: "~")).contains(byte) && byte != UInt8(ascii: "\"")
          && byte != UInt8(ascii: "\\")
      }
  }
}
