import Feeds
import MarketModel

/// Plays a day of the cache, block by block; owned by one thread at a time.
public struct HistorySource: FrameSource, ~Copyable, @unchecked Sendable {
  public let summary: String
  private let reader: EventFileReader
  private let instruments: InstrumentTable
  /// The table's number of each symbol of the file.
  private var numbers: [UInt32]

  /// Not interned yet.
  private static let unknown = UInt32.max

  init(
    summary: String, path: String, length: Int64, instruments: InstrumentTable
  ) throws(HistoryError) {
    reader = try EventFileReader(path: path, length: length)
    numbers = Array(repeating: HistorySource.unknown, count: reader.symbols.count)
    self.summary = summary
    self.instruments = instruments
  }

  /// Bytes of the file played so far.
  public var bytesRead: Int { Int(reader.offset) }
  /// Length of the file in bytes.
  public var totalBytes: Int { Int(reader.length) }

  public mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    let block: UnsafeMutableBufferPointer<MarketEvent>?
    do throws(HistoryError) {
      block = try reader.next()
    } catch {
      throw FrameSourceError(error.description)
    }
    guard let block else { return .end }
    // The file's numbers become the table's.
    for index in block.indices {
      let event = block[index]
      var number = numbers[event.storedInstrument.index]
      if number == HistorySource.unknown { number = try intern(event.storedInstrument) }
      block[index] = event.renumbered(InstrumentID(number))
    }
    return .events(UnsafeBufferPointer(block))
  }

  private mutating func intern(_ instrument: InstrumentID) throws(FrameSourceError) -> UInt32 {
    let symbol = reader.symbols[instrument.index]
    guard let id = instruments.intern(symbol) else {
      let reason =
        instruments.count == instruments.capacity ? "no room for it: \(instruments.capacity) symbols" : "no symbol"
      throw FrameSourceError("\(summary): \(symbol): \(reason); replay fewer underlyings")
    }
    numbers[instrument.index] = id.rawValue
    return id.rawValue
  }
}
