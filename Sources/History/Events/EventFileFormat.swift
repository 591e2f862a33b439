import Journal
import MarketModel

/// Files of the cache: a header with the symbols, then blocks. A block is packed (zstd) events in the journal's codec; their
/// instrument numbers are places in the header's list.
///
///     header  "MFCACHE1", count of symbols (4), 0 (4), hash of the symbols (8), symbols (32 each)
///     block   "MFCB" (4), events (4), packed bytes (4), unpacked bytes (4), first and last time (8, 8), hash (8), packed bytes
///
/// Numbers are little-endian. A block's hash covers its head, its bytes and its place.
enum EventFileFormat {
  static let magic = Array("MFCACHE1".utf8)
  static let headerBytes = 24
  static let symbolBytes = SymbolText.capacity
  static let blockMagic: UInt32 = 0x4243_464D
  static let headBytes = 40
  /// Events of a block at most.
  static let blockEvents = 4_096
  /// Bytes of a block's events at most.
  static let blockBytes = blockEvents * EventCodec.longestEvent
  /// Symbols of a file at most.
  static let mostSymbols = Limits.instruments

  static func header(_ symbols: [SymbolText]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: headerBytes + symbols.count * symbolBytes)
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      buffer.copyBytes(from: magic)
      for (index, symbol) in symbols.enumerated() {
        for word in 0..<4 { base.put(symbol.words[word], at: headerBytes + index * symbolBytes + word * 8) }
      }
      base.put(UInt32(symbols.count), at: 8)
      base.put(hash(ofSymbols: UnsafeRawBufferPointer(rebasing: buffer[headerBytes...])), at: 16)
    }
    return bytes
  }

  static func hash(ofSymbols bytes: UnsafeRawBufferPointer) -> UInt64 { XXHash64.hash(bytes, seed: 0) }

  /// What stands before a block's bytes.
  struct Head: Equatable {
    var events: Int
    var packed: Int
    var unpacked: Int
    /// Earliest and latest time in the block.
    var first: Timestamp
    var last: Timestamp
    var hash: UInt64 = 0

    init(events: Int, packed: Int, unpacked: Int, first: Timestamp, last: Timestamp) {
      self.events = events
      self.packed = packed
      self.unpacked = unpacked
      self.first = first
      self.last = last
    }

    /// Nil when it is no head that a writer makes.
    init?(_ bytes: UnsafeRawPointer) {
      guard bytes.get(UInt32.self, at: 0) == EventFileFormat.blockMagic else { return nil }
      self.init(
        events: Int(bytes.get(UInt32.self, at: 4)), packed: Int(bytes.get(UInt32.self, at: 8)),
        unpacked: Int(bytes.get(UInt32.self, at: 12)), first: Timestamp(nanoseconds: bytes.get(Int64.self, at: 16)),
        last: Timestamp(nanoseconds: bytes.get(Int64.self, at: 24)))
      hash = bytes.get(UInt64.self, at: 32)
      guard (1...EventFileFormat.blockEvents).contains(events), (1...EventFileFormat.blockBytes).contains(unpacked),
        packed > 0, packed <= 2 * EventFileFormat.blockBytes
      else { return nil }
    }

    func write(to bytes: UnsafeMutableRawPointer) {
      bytes.put(EventFileFormat.blockMagic, at: 0)
      bytes.put(UInt32(events), at: 4)
      bytes.put(UInt32(packed), at: 8)
      bytes.put(UInt32(unpacked), at: 12)
      bytes.put(first.nanoseconds, at: 16)
      bytes.put(last.nanoseconds, at: 24)
      bytes.put(hash, at: 32)
    }
  }

  /// The seed of a block's hash.
  /// - Parameters:
  ///   - head: its first 32 bytes: all but the hash.
  ///   - place: where in the file the block begins.
  static func hash(head: UnsafeRawBufferPointer, place: Int64) -> UInt64 {
    XXHash64.hash(head, seed: UInt64(bitPattern: place))
  }
}

extension MarketEvent {
  /// When a stored trade or quote happened.
  @inline(__always)
  var storedTime: Timestamp {
    switch self {
    case .trade(let trade): return trade.time
    case .quote(let quote): return quote.time
    case .bar, .reference, .clock, .incident: preconditionFailure("the cache holds trades and quotes")
    }
  }

  @inline(__always)
  var storedInstrument: InstrumentID {
    switch self {
    case .trade(let trade): return trade.instrument
    case .quote(let quote): return quote.instrument
    case .bar, .reference, .clock, .incident: preconditionFailure("the cache holds trades and quotes")
    }
  }

  /// The same event of another number.
  @inline(__always)
  func renumbered(_ instrument: InstrumentID) -> MarketEvent {
    switch self {
    case .trade(var trade):
      trade.instrument = instrument
      return .trade(trade)
    case .quote(var quote):
      quote.instrument = instrument
      return .quote(quote)
    case .bar, .reference, .clock, .incident: preconditionFailure("the cache holds trades and quotes")
    }
  }
}
