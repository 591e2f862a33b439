import CZstd
import Journal
import MarketModel

/// What was written to a file of events.
struct EventFileSummary: Hashable, Sendable {
  var trades: Int64 = 0
  var quotes: Int64 = 0
  /// Length of the file.
  var bytes: Int64 = 0
  /// Hash of symbols and events, whatever the packing.
  var fingerprint: UInt64 = 0
  /// Earliest and latest time; `.none` without events.
  var first = Timestamp.none
  var last = Timestamp.none
}

/// Writes a file of events, block by block.
final class EventFileWriter {
  private let file: DiskFile
  private let packer: OpaquePointer
  private let raw: UnsafeMutableRawPointer
  private let packed: UnsafeMutableRawPointer
  private let packedCapacity: Int
  private var rawBytes = 0
  private var events = 0
  private var first = Timestamp(nanoseconds: .max)
  private var last = Timestamp(nanoseconds: .min)
  private(set) var summary = EventFileSummary()

  /// Fast, and small enough: the bytes of market events repeat.
  private static let level: Int32 = 1

  /// - Parameters:
  ///   - symbols: what instrument numbers stand for.
  ///   - length: 0 for a new file; else the file is gone on with behind so many bytes, and its symbols are those.
  init(path: String, symbols: [SymbolText], length: Int64 = 0) throws(HistoryError) {
    precondition(symbols.count <= EventFileFormat.mostSymbols, "EventFileWriter: \(symbols.count) symbols")
    file = try DiskFile(writing: path, keeping: length)
    guard let packer = ZSTD_createCCtx() else { preconditionFailure("EventFileWriter: out of memory") }
    self.packer = packer
    raw = .allocate(byteCount: EventFileFormat.blockBytes, alignment: 16)
    packedCapacity = EventFileFormat.headBytes + ZSTD_compressBound(EventFileFormat.blockBytes)
    packed = .allocate(byteCount: packedCapacity, alignment: 16)
    summary.bytes = length
    guard length == 0 else { return }
    let header = EventFileFormat.header(symbols)
    summary.fingerprint = header.withUnsafeBytes { XXHash64.hash($0, seed: 0) }
    try write(header)
  }

  deinit {
    ZSTD_freeCCtx(packer)
    raw.deallocate()
    packed.deallocate()
  }

  /// Adds a trade or a quote.
  @inline(__always)
  func append(_ event: MarketEvent) throws(HistoryError) {
    let time = event.storedTime
    if time < first { first = time }
    if time > last { last = time }
    if case .trade = event { summary.trades += 1 } else { summary.quotes += 1 }
    rawBytes += EventCodec.encode(event, to: raw + rawBytes)
    events += 1
    if events == EventFileFormat.blockEvents { try flush() }
  }

  /// Writes what waits; the next event begins a block.
  func flush() throws(HistoryError) {
    guard events > 0 else { return }
    let head = EventFileFormat.headBytes
    let size = ZSTD_compressCCtx(
      packer, packed + head, packedCapacity - head, raw, rawBytes, EventFileWriter.level)
    precondition(ZSTD_isError(size) == 0, "EventFileWriter: zstd cannot pack \(rawBytes) bytes")
    var block = EventFileFormat.Head(events: events, packed: size, unpacked: rawBytes, first: first, last: last)
    block.write(to: packed)
    let seed = EventFileFormat.hash(head: UnsafeRawBufferPointer(start: packed, count: 32), place: summary.bytes)
    block.hash = XXHash64.hash(UnsafeRawBufferPointer(start: packed + head, count: size), seed: seed)
    block.write(to: packed)
    try file.write(UnsafeRawBufferPointer(start: packed, count: head + size))
    summary.bytes += Int64(head + size)
    summary.fingerprint = XXHash64.hash(
      UnsafeRawBufferPointer(start: raw, count: rawBytes), seed: summary.fingerprint)
    if summary.first == .none || first < summary.first { summary.first = first }
    if last > summary.last { summary.last = last }
    rawBytes = 0
    events = 0
    first = Timestamp(nanoseconds: .max)
    last = Timestamp(nanoseconds: .min)
  }

  /// Everything is on the disk.
  func finish() throws(HistoryError) -> EventFileSummary {
    try flush()
    try file.sync()
    return summary
  }

  private func write(_ bytes: [UInt8]) throws(HistoryError) {
    // Typed errors do not pass through the standard library's closures.
    var failure: HistoryError?
    bytes.withUnsafeBytes { buffer in
      do throws(HistoryError) { try file.write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
    summary.bytes += Int64(bytes.count)
  }
}
