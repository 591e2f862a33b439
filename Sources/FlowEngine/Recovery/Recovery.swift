import MarketModel

/// What is kept while gaps in the feed are being filled from the vendor's history, and dropped when the last one is closed.
struct Recovery {
  private struct MinuteKey: Hashable, BitwiseCopyable {
    var instrument: InstrumentID
    var minute: Timestamp
  }

  /// Numbers of the gaps that are looked into.
  private(set) var openGaps: [UInt32] = []
  /// Back-filled quotes, by instrument: they label back-filled prints and nothing else.
  private var books: [UInt32: QuoteBook] = [:]
  /// Minutes built again for back-filled prints, so that the next print of the same minute need not.
  private var minutes: [MinuteKey: MinuteSums] = [:]

  mutating func begin(_ gap: UInt32) {
    if !openGaps.contains(gap) { openGaps.append(gap) }
  }

  /// Drops everything with the last open gap.
  mutating func end(_ gap: UInt32) {
    openGaps.removeAll { $0 == gap }
    if openGaps.isEmpty { self = Recovery() }
  }

  /// Takes in a back-filled quote. Without an open gap there is nothing it could label.
  mutating func update(_ quote: Quote) {
    if !openGaps.isEmpty { books[quote.instrument.rawValue, default: QuoteBook()].update(quote) }
  }

  func prevailing(at trade: Trade) -> (bid: Int64, ask: Int64, time: Timestamp) {
    books[trade.instrument.rawValue]?.prevailing(at: trade) ?? (0, 0, .none)
  }

  /// The rebuilt minute, if one is kept.
  func minute(_ instrument: InstrumentID, _ minute: Timestamp) -> MinuteSums? {
    minutes[MinuteKey(instrument: instrument, minute: minute)]
  }

  mutating func keep(_ rebuilt: MinuteSums, of instrument: InstrumentID) {
    if !openGaps.isEmpty { minutes[MinuteKey(instrument: instrument, minute: rebuilt.minute)] = rebuilt }
  }

  /// A print of the minute was taken back: what was built is wrong now.
  mutating func forget(_ instrument: InstrumentID, _ minute: Timestamp) {
    if !minutes.isEmpty { minutes[MinuteKey(instrument: instrument, minute: minute)] = nil }
  }

  /// Dictionaries have no order of their own: sorted.
  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(openGaps)
    let books = books.sorted { $0.key < $1.key }
    snapshot.add(books.map(\.key))
    snapshot.add(books.map(\.value))
    let minutes = minutes.sorted { ($0.key.instrument, $0.key.minute) < ($1.key.instrument, $1.key.minute) }
    snapshot.add(minutes.map(\.key))
    snapshot.add(minutes.map(\.value))
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    openGaps = try reader.readArray()
    for (instrument, book) in zip(try reader.readArray(of: UInt32.self), try reader.readArray(of: QuoteBook.self)) {
      books[instrument] = book
    }
    for (key, minute) in zip(try reader.readArray(of: MinuteKey.self), try reader.readArray(of: MinuteSums.self)) {
      minutes[key] = minute
    }
  }

  func add(to digest: inout StateDigest) {
    for gap in openGaps { digest.add(UInt64(gap)) }
    // A dictionary has no order of its own.
    for key in books.keys.sorted() {
      guard let book = books[key] else { continue }
      digest.add(UInt64(key))
      digest.add(book.bid)
      digest.add(book.ask)
      digest.add(book.time.nanoseconds)
      digest.add(book.previousBid)
      digest.add(book.previousAsk)
      digest.add(book.previousTime.nanoseconds)
    }
  }
}
