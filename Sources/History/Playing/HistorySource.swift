import Feeds
import MarketModel

/// Plays a day of the cache, block by block; owned by one thread at a time.
public struct HistorySource: FrameSource, ~Copyable, @unchecked Sendable {
  public let summary: String
  private let reader: EventFileReader
  private let instruments: InstrumentTable
  /// The table's number of each symbol of the file; those below.
  private var numbers: [UInt32]
  private let from: Timestamp
  private let to: Timestamp

  /// Not interned yet.
  private static let unknown = UInt32.max
  /// Not asked for.
  private static let excluded = UInt32.max - 1

  init(
    summary: String, path: String, length: Int64, instruments: InstrumentTable, underlyings: Set<String>,
    from: Timestamp?, to: Timestamp?
  ) throws(HistoryError) {
    let reader = try EventFileReader(path: path, length: length)
    let numbers = reader.symbols.map { symbol in
      let isWanted = underlyings.isEmpty || underlyings.contains(HistoryTicker.underlying(symbol.description))
      return isWanted ? HistorySource.unknown : HistorySource.excluded
    }
    guard numbers.isEmpty || numbers.contains(HistorySource.unknown) else {
      throw HistoryError(
        .unusable,
        "\(summary): has nothing of \(underlyings.sorted().joined(separator: ", ")); fetch it first, or leave it out")
    }
    self.summary = summary
    self.reader = reader
    self.instruments = instruments
    self.numbers = numbers
    self.from = from ?? Timestamp(nanoseconds: .min)
    self.to = to ?? Timestamp(nanoseconds: .max)
  }

  /// Bytes of the file played so far.
  public var bytesRead: Int { Int(reader.offset) }
  /// Length of the file in bytes.
  public var totalBytes: Int { Int(reader.length) }

  public mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    while true {
      let block: UnsafeMutableBufferPointer<MarketEvent>?
      do throws(HistoryError) {
        block = try reader.next(from: from)
      } catch {
        throw FrameSourceError(error.description)
      }
      guard let block, let first = block.first?.storedTime, first < to else { return .end }
      let kept = try keep(block)
      if kept > 0 { return .events(UnsafeBufferPointer(rebasing: block[..<kept])) }
    }
  }

  /// Moves the events that are asked for to the front, under the table's numbers.
  private mutating func keep(_ block: UnsafeMutableBufferPointer<MarketEvent>) throws(FrameSourceError) -> Int {
    var kept = 0
    for event in block {
      var number = numbers[event.storedInstrument.index]
      guard number != HistorySource.excluded, event.storedTime >= from, event.storedTime < to else { continue }
      if number == HistorySource.unknown { number = try intern(event.storedInstrument) }
      block[kept] = event.renumbered(InstrumentID(number))
      kept += 1
    }
    return kept
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
