import Feeds
import MarketModel
import Storage

/// A snapshot as a file holds it: words of 64 bits and byte strings behind their length, all little-endian, with a checksum in
/// front. Only the program that wrote it reads it.
enum SnapshotBytes {
  private static let magic: UInt64 = 0x3130_4E53_574F_4C46

  static func encode(_ snapshot: EngineSnapshot, fingerprint: String) -> [UInt8] {
    var body = Writer()
    body.put(Array(fingerprint.utf8))
    body.put(Int64(snapshot.day.daysSinceEpoch))
    body.put(snapshot.events)
    body.put(snapshot.position.prints)
    body.put(snapshot.position.cancellations)
    body.put(snapshot.cancellationsOfDay)
    let standing = snapshot.standing.words
    body.put(Int64(standing.count))
    for word in standing { body.put(word) }
    body.put(Int64(snapshot.symbols.count))
    for symbol in snapshot.symbols { for index in 0..<4 { body.put(Int64(bitPattern: symbol.words[index])) } }
    body.put(snapshot.state)
    var file = Writer()
    file.put(Int64(bitPattern: magic))
    file.put(Int64(bitPattern: checksum(body.bytes[...])))
    return file.bytes + body.bytes
  }

  /// - Returns: nil for bytes that are not whole, or another program's.
  static func decode(_ bytes: [UInt8], fingerprint: String) -> EngineSnapshot? {
    var header = Reader(bytes[...])
    guard header.word() == Int64(bitPattern: magic), let sum = header.word(),
      UInt64(bitPattern: sum) == checksum(header.rest)
    else { return nil }
    var body = header
    guard let name = body.string(), name.elementsEqual(fingerprint.utf8), let day = body.word(),
      let date = Int32(exactly: day), let events = body.word(), let prints = body.word(),
      let cancellations = body.word(), let cancellationsOfDay = body.word(), let standingWords = body.words(), let standing = LiveStanding(words: standingWords),
      let count = body.word(), let symbols = body.symbols(count), let state = body.string(), body.rest.isEmpty
    else { return nil }
    return EngineSnapshot(
      day: MarketDate(daysSinceEpoch: date), events: events,
      position: IngestPosition(prints: prints, cancellations: cancellations), standing: standing, symbols: symbols,
      cancellationsOfDay: cancellationsOfDay, state: Array(state))
  }

  /// Each eight bytes folded into the sum so far, order mattering (the mixer of SplitMix64, Steele, Lea and Flood 2014).
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBytes { raw in
      var sum = UInt64(raw.count)
      var offset = 0
      while offset < raw.count {
        var word: UInt64 = 0
        if offset + 8 <= raw.count {
          word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        } else {
          for byte in raw[offset...] { word = word << 8 | UInt64(byte) }
        }
        var mixed = (sum ^ word) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        sum = mixed ^ (mixed >> 31)
        offset += 8
      }
      return sum
    }
  }

  private struct Writer {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ word: Int64) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ string: [UInt8]) {
      put(Int64(string.count))
      bytes.append(contentsOf: string)
    }
  }

  private struct Reader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func word() -> Int64? {
      guard rest.count >= 8 else { return nil }
      defer { rest = rest.dropFirst(8) }
      return rest.withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(as: Int64.self)) }
    }

    mutating func string() -> ArraySlice<UInt8>? {
      guard let count = word(), count >= 0, count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(Int(count)) }
      return rest.prefix(Int(count))
    }

    mutating func words() -> [Int64]? {
      guard let count = word(), count >= 0, count <= rest.count / 8 else { return nil }
      return (0..<count).compactMap { _ in word() }
    }

    mutating func symbols(_ count: Int64) -> [SymbolText]? {
      guard count >= 0, count <= rest.count / 32 else { return nil }
      return (0..<count).map { _ in
        var words = SIMD4<UInt64>()
        for index in 0..<4 { words[index] = UInt64(bitPattern: word() ?? 0) }
        return SymbolText(words: words)
      }
    }
  }
}
