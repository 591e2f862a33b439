import MarketModel

/// How a block begins: the events of one batch, with what was new among the symbols.
///
/// Layout, little-endian: magic (4 bytes), length of the whole block (4), checksum of everything behind it (8), number of the
/// first event within the day (8), wall time of receipt (8), events (4), new symbols (4), events that are missing before the
/// first (8), the symbols, the events. A block without events marks a hole.
struct BlockHeader: Equatable {
  static let bytes = 48
  static let magic: UInt32 = 0x424A_464D  // "MFJB"
  /// Most events of a block; larger batches are several blocks.
  static let mostEvents = 16_384
  /// A block with all symbols that there can be.
  static let longest = bytes + mostEvents * EventCodec.longestEvent + Limits.instruments * SymbolBytes.longest
  private static let checkedOffset = 16

  var length: Int
  var firstEvent: Int64
  var receivedNanoseconds: Int64
  var events: Int
  var symbols: UInt32
  /// Events that came before the first and could not be kept; `firstEvent` counts them.
  var missingEvents: Int64

  /// Number of the event behind the block's last.
  var nextEvent: Int64 { firstEvent + Int64(events) }

  /// Completes a block whose symbols and events are written already.
  func seal(_ block: UnsafeMutableRawPointer, seed: UInt64) {
    block.put(Self.magic, at: 0)
    block.put(UInt32(length), at: 4)
    block.put(firstEvent, at: 16)
    block.put(receivedNanoseconds, at: 24)
    block.put(UInt32(events), at: 32)
    block.put(symbols, at: 36)
    block.put(missingEvents, at: 40)
    block.put(Self.checksum(UnsafeRawBufferPointer(start: block, count: length), seed: seed), at: 8)
  }

  private static func checksum(_ block: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    XXHash64.hash(UnsafeRawBufferPointer(rebasing: block[checkedOffset...]), seed: seed ^ UInt64(block.count))
  }

  /// How the bytes at a block's place were understood.
  enum Reading {
    /// So many bytes are needed, at least.
    case needs(Int)
    case block(BlockHeader)
    /// Not a whole block.
    case broken
  }

  static func read(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> Reading {
    guard let base = bytes.baseAddress, bytes.count >= Self.bytes else { return .needs(Self.bytes) }
    let length = Int(base.get(UInt32.self, at: 4))
    guard base.get(UInt32.self, at: 0) == magic, length >= Self.bytes, length <= longest else { return .broken }
    guard bytes.count >= length else { return .needs(length) }
    let whole = UnsafeRawBufferPointer(rebasing: bytes[..<length])
    guard base.get(UInt64.self, at: 8) == checksum(whole, seed: seed) else { return .broken }
    let header = BlockHeader(
      length: length, firstEvent: base.get(Int64.self, at: 16), receivedNanoseconds: base.get(Int64.self, at: 24),
      events: Int(base.get(UInt32.self, at: 32)), symbols: base.get(UInt32.self, at: 36),
      missingEvents: base.get(Int64.self, at: 40))
    return header.events <= mostEvents ? .block(header) : .broken
  }
}
