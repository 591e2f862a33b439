/// A reading position inside a padded frame. Numbers are read eight digits at a time (SWAR: the eight bytes of a word are
/// worked on at once); forms that JSON forbids or that are rare are refused, not misread.
struct Cursor {
  var position: UnsafeRawPointer
  let end: UnsafeRawPointer

  @inline(__always) init(position: UnsafeRawPointer, end: UnsafeRawPointer) {
    self.position = position
    self.end = end
  }

  @inline(__always) var isInside: Bool { position < end }
  @inline(__always) var word: UInt64 { UInt64(littleEndian: position.loadUnaligned(as: UInt64.self)) }
  @inline(__always) func word(at offset: Int) -> UInt64 {
    UInt64(littleEndian: position.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }
  @inline(__always) func byte(at offset: Int) -> UInt8 { position.load(fromByteOffset: offset, as: UInt8.self) }
  @inline(__always) mutating func advance(_ bytes: Int) { position += bytes }

  /// Steps over one byte if it is this one.
  @inline(__always) mutating func take(_ byte: UInt8) -> Bool {
    guard position.load(as: UInt8.self) == byte else { return false }
    position += 1
    return true
  }

  /// Steps over a literal of at most eight bytes if it is there.
  @inline(__always) mutating func take(_ literal: UInt64, _ bytes: Int) -> Bool {
    let mask: UInt64 = bytes == 8 ? .max : (1 &<< UInt64(8 &* bytes)) &- 1
    guard (word ^ literal) & mask == 0 else { return false }
    position += bytes
    return true
  }

  /// An unsigned integer of one to eight digits without leading zeros.
  @inline(__always) mutating func shortInteger() -> UInt64? {
    let digits = word ^ Word.zeroDigits
    let count = Word.leadingDigits(digits)
    guard count != 0, count == 1 || digits & 0xFF != 0 else { return nil }
    position += count
    return Word.number(digits, count)
  }

  /// An unsigned integer of one to sixteen digits without leading zeros.
  @inline(__always) mutating func longInteger() -> Int64? {
    let digits = word ^ Word.zeroDigits
    let count = Word.leadingDigits(digits)
    guard count != 0, count == 1 || digits & 0xFF != 0 else { return nil }
    let high = Word.number(digits, count)
    position += count
    guard count == 8 else { return Int64(truncatingIfNeeded: high) }
    let more = word ^ Word.zeroDigits
    let moreCount = Word.leadingDigits(more)
    guard moreCount != 0 else { return Int64(truncatingIfNeeded: high) }
    position += moreCount
    return Int64(truncatingIfNeeded: high &* Word.powersOfTen[moreCount] &+ Word.number(more, moreCount))
  }

  /// Unix milliseconds of this era: exactly thirteen digits, the first not zero.
  @inline(__always) mutating func milliseconds() -> Int64? {
    let high = word ^ Word.zeroDigits
    let low = word(at: 8) ^ Word.zeroDigits
    guard Word.leadingDigits(high) == 8, Word.leadingDigits(low) == 5, high & 0xFF != 0, high & 0xFF <= 3 else {
      return nil
    }
    position += 13
    return Int64(truncatingIfNeeded: Word.number(high, 8) &* 100_000 &+ Word.number(low, 5))
  }

  /// A price of at most eight digits before the point and six after, in millionths.
  @inline(__always) mutating func priceMicros() -> Int64? {
    let digits = word ^ Word.zeroDigits
    let count = Word.leadingDigits(digits)
    guard count != 0, count == 1 || digits & 0xFF != 0 else { return nil }
    var micros = Word.number(digits, count) &* 1_000_000
    position += count
    if position.load(as: UInt8.self) == UInt8(ascii: ".") {
      position += 1
      let fraction = word ^ Word.zeroDigits
      let fractionCount = Word.leadingDigits(fraction)
      guard fractionCount != 0, fractionCount <= 6 else { return nil }
      position += fractionCount
      micros &+= Word.number(fraction, fractionCount) &* Word.powersOfTen[6 &- fractionCount]
    }
    return Int64(truncatingIfNeeded: micros)
  }
}

/// Arithmetic on the eight bytes of a word at once. Byte 0 is the lowest.
enum Word {
  @inline(__always) static var zeroDigits: UInt64 { repeated(UInt8(ascii: "0")) }
  @inline(__always) static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  /// Up to eight ASCII bytes as a word; folds to a constant.
  @inline(__always) static func literal(_ text: StaticString) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<text.utf8CodeUnitCount { word |= UInt64(text.utf8Start[i]) &<< UInt64(8 &* i) }
    return word
  }

  /// Bit 7 of each byte that is zero; bytes above the lowest zero byte may be marked wrongly, the lowest never is.
  @inline(__always) static func zeroBytes(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }

  /// How many of the lowest bytes are 0...9, for a word whose ASCII zeros were taken off by exclusive or.
  @inline(__always) static func leadingDigits(_ digits: UInt64) -> Int {
    // A byte above 9 gets its high nibble set by adding 6 (10...15 carry into it, 16... have it already); the sum cannot
    // carry into the next byte because the high bit is masked off first and put back.
    let low = digits & 0x7F7F_7F7F_7F7F_7F7F
    let others = ((low &+ 0x0606_0606_0606_0606) | digits) & 0xF0F0_F0F0_F0F0_F0F0
    return others.trailingZeroBitCount >> 3
  }

  /// The number that the lowest `count` (1...8) digit bytes spell.
  @inline(__always) static func number(_ digits: UInt64, _ count: Int) -> UInt64 {
    // Shift the digits to the top, zeros below them; then join pairs, fours, eights.
    var value = digits &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    value = (value &* 10) &+ (value >> 8)
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let upper = (value & mask) &* (100 &+ (1_000_000 << 32))
    let lower = ((value >> 16) & mask) &* (1 &+ (10_000 << 32))
    return (upper &+ lower) >> 32
  }

  static let powersOfTen: InlineArray<9, UInt64> = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
  ]
}
