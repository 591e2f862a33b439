import Feeds
import FlowEngine
import MarketModel
import Storage

/// A snapshot as a file holds it: words of 64 bits and byte strings behind their length, all little-endian, with a checksum of
/// what is ours in front; the engine's bytes have their own. Only the program that wrote it reads it.
enum SnapshotFile {
  private static let magic: UInt64 = 0x3230_4E53_574F_4C46

  static func encode(_ snapshot: EngineSnapshot, fingerprint: String) -> [UInt8] {
    var body = Writer()
    body.put(Array(fingerprint.utf8))
    body.put(Int64(snapshot.day.daysSinceEpoch))
    body.put(snapshot.events)
    body.put(snapshot.before.prints)
    body.put(snapshot.before.cancellations)
    body.put(snapshot.position.prints)
    body.put(snapshot.position.cancellations)
    body.put(snapshot.cancellationsCounted)
    let standing = snapshot.standing.words
    body.put(Int64(standing.count))
    for word in standing { body.put(word) }
    var file = Writer()
    file.put(Int64(bitPattern: magic))
    file.put(Int64(bitPattern: checksum(body.bytes)))
    file.put(body.bytes)
    file.put(snapshot.state.bytes)
    return file.bytes
  }

  /// - Returns: nil for bytes that are not whole, or another program's.
  static func decode(_ bytes: [UInt8], fingerprint: String) -> EngineSnapshot? {
    var file = Reader(bytes[...])
    guard file.word() == Int64(bitPattern: magic), let sum = file.word(), let ours = file.string(),
      UInt64(bitPattern: sum) == checksum(ours), let state = file.string(), file.rest.isEmpty
    else { return nil }
    var body = Reader(ours)
    guard let name = body.string(), name.elementsEqual(fingerprint.utf8), let day = body.word(),
      let date = Int32(exactly: day), let events = body.word(),
      let printsBefore = body.word(), let cancellationsBefore = body.word(), let prints = body.word(),
      let cancellations = body.word(), let cancellationsCounted = body.word(), let words = body.words(),
      let standing = LiveStanding(words: words),
      body.rest.isEmpty
    else { return nil }
    return EngineSnapshot(
      day: MarketDate(daysSinceEpoch: date), events: events,
      before: IngestPosition(prints: printsBefore, cancellations: cancellationsBefore),
      position: IngestPosition(prints: prints, cancellations: cancellations), standing: standing,
      cancellationsCounted: cancellationsCounted, state: SnapshotBytes(Array(state)))
  }

  /// FNV-1a (Fowler, Noll, Vo): some hundred bytes need nothing faster.
  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
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
  }
}
