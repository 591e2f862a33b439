import MarketModel

/// How a segment file begins: whose it is, which events it goes on with, and every symbol so far.
///
/// Layout, little-endian: magic (8 bytes), format (4), length of the header (4), checksum of everything from the journal's id
/// on (8), journal's id (16), day (4), number (4), events of the day before (8), stream time (8), doubted time (8),
/// wall time (8), symbols (4), bytes of the source's name (2), zero (2), the name, the symbols in order of their numbers.
struct SegmentHeader: Equatable {
  static let format: UInt32 = 1
  static let fixedBytes = 88
  private static let checkedOffset = 24
  private static let magic: UInt64 = 0x4C4E_5255_4F4A_464D  // "MFJOURNL"
  /// A million symbols and a name.
  static let longest = fixedBytes + 256 + Limits.instruments * SymbolBytes.longest

  var id: JournalID
  var name: SegmentName
  /// Events of the day before this segment's first.
  var firstEvent: Int64
  /// What the stream had come to before the segment's first event.
  var stream: StreamMark
  var createdNanoseconds: Int64
  var source: String

  /// The header's bytes, with these symbols.
  func encoded(symbols: Int, symbol: (Int) -> SymbolText) -> [UInt8] {
    let name = Array(source.utf8.prefix(255))
    let most = Self.fixedBytes + name.count + symbols * SymbolBytes.longest
    return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      base.put(Self.magic, at: 0)
      base.put(Self.format, at: 8)
      base.put(id.high, at: 24)
      base.put(id.low, at: 32)
      base.put(self.name.day.daysSinceEpoch, at: 40)
      base.put(self.name.number, at: 44)
      base.put(firstEvent, at: 48)
      base.put(stream.time.nanoseconds, at: 56)
      base.put(stream.doubted.nanoseconds, at: 64)
      base.put(createdNanoseconds, at: 72)
      base.put(UInt32(symbols), at: 80)
      base.put(UInt16(name.count), at: 84)
      base.put(UInt16(0), at: 86)
      var offset = Self.fixedBytes
      for byte in name {
        base.put(byte, at: offset)
        offset += 1
      }
      for index in 0..<symbols { offset += SymbolBytes.encode(symbol(index), to: base + offset) }
      base.put(UInt32(offset), at: 12)
      base.put(Self.checksum(UnsafeRawBufferPointer(start: base, count: offset)), at: 16)
      count = offset
    }
  }

  private static func checksum(_ header: UnsafeRawBufferPointer) -> UInt64 {
    XXHash64.hash(
      UnsafeRawBufferPointer(rebasing: header[checkedOffset...]), seed: UInt64(format) << 32 | UInt64(header.count))
  }

  /// How the beginning of a file was understood.
  enum Reading {
    /// So many bytes are needed, at least.
    case needs(Int)
    case header(SegmentHeader, symbols: UInt32, symbolOffset: Int, length: Int)
    case newerFormat(UInt32)
    /// Not a header, or a damaged one.
    case broken
  }

  static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
    guard let base = bytes.baseAddress, bytes.count >= fixedBytes else { return .needs(fixedBytes) }
    guard base.get(UInt64.self, at: 0) == magic else { return .broken }
    let found = base.get(UInt32.self, at: 8)
    // One flipped bit is damage, not the future.
    guard found == format else { return found > format && found < 256 ? .newerFormat(found) : .broken }
    let length = Int(base.get(UInt32.self, at: 12))
    guard length >= fixedBytes, length <= longest else { return .broken }
    guard bytes.count >= length else { return .needs(length) }
    let whole = UnsafeRawBufferPointer(rebasing: bytes[..<length])
    guard base.get(UInt64.self, at: 16) == checksum(whole) else { return .broken }
    let nameCount = Int(base.get(UInt16.self, at: 84))
    guard fixedBytes + nameCount <= length else { return .broken }
    let header = SegmentHeader(
      id: JournalID(high: base.get(UInt64.self, at: 24), low: base.get(UInt64.self, at: 32)),
      name: SegmentName(
        day: MarketDate(daysSinceEpoch: base.get(Int32.self, at: 40)), number: base.get(UInt32.self, at: 44)),
      firstEvent: base.get(Int64.self, at: 48),
      stream: StreamMark(
        time: Timestamp(nanoseconds: base.get(Int64.self, at: 56)),
        doubted: Timestamp(nanoseconds: base.get(Int64.self, at: 64))),
      createdNanoseconds: base.get(Int64.self, at: 72),
      source: String(decoding: whole[fixedBytes..<fixedBytes + nameCount], as: UTF8.self))
    return .header(
      header, symbols: base.get(UInt32.self, at: 80), symbolOffset: fixedBytes + nameCount, length: length)
  }
}

/// How far a stream of events has come, as files keep it.
struct StreamMark: Equatable {
  /// Latest time that was believed; `.none` before the first.
  var time = Timestamp.none
  /// Latest time that was not believed; `.none` when there was none.
  var doubted = Timestamp.none
}
