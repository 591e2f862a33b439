import MarketModel

/// Reads frames of option prints and quotes that are laid out exactly as the vendor writes them, a word at a time:
///
///     {"ev":"T","sym":"O:…","x":302,"p":1.54,"s":1,"c":[209],"t":1765895400000,"q":1002}
///     {"ev":"Q","sym":"O:…","bx":302,"ax":302,"bp":9.71,"ap":9.81,"bs":17,"as":24,"t":1644506128351,"q":844090872}
///
/// It never guesses: the first byte out of place, a number in any other form, or a symbol that is not in the table yet, and
/// the whole frame is refused and left to simdjson. So symbols need no check here, and whatever is accepted is what simdjson
/// would have said (the fuzzer compares the two).
///
/// Unsafe: loads whole words. Safe because the cursor is compared with the frame's end before it can have moved 45 bytes past
/// the last comparison, and no load reaches 56 bytes past it: `frameSourcePadding` bytes behind the frame are readable, and
/// may hold anything, even what would continue the frame (a test reads up to a page that traps).
enum PolygonLayoutScanner {
  /// - Returns: false when anything in the frame is out of layout; `batch` then holds leftovers to be dropped.
  @inline(__always)
  static func scan(_ frame: UnsafeBufferPointer<UInt8>, instruments: InstrumentTable, into batch: inout EventBatch)
    -> Bool
  {
    guard let start = frame.baseAddress, frame.count > 2 else { return false }
    var cursor = Cursor(position: UnsafeRawPointer(start), end: UnsafeRawPointer(start) + frame.count)
    guard cursor.take(UInt8(ascii: "[")) else { return false }
    while true {
      let head = cursor.word
      if head == Layout.quoteHead {
        guard let quote = scanQuote(&cursor, instruments) else { return false }
        batch.append(.quote(quote))
      } else if head == Layout.tradeHead {
        guard let trade = scanTrade(&cursor, instruments) else { return false }
        batch.append(.trade(trade))
      } else {
        return false
      }
      if cursor.take(UInt8(ascii: ",")) {
        guard cursor.isInside else { return false }
        continue
      }
      return cursor.take(UInt8(ascii: "]")) && cursor.position == cursor.end
    }
  }

  @inline(__always)
  private static func scanQuote(_ cursor: inout Cursor, _ instruments: InstrumentTable) -> Quote? {
    guard let instrument = scanSymbol(&cursor, instruments),
      cursor.take(Layout.bidVenue, Layout.bidVenueBytes), let bidVenue = cursor.shortInteger(),
      cursor.take(Layout.askVenue, Layout.askVenueBytes), let askVenue = cursor.shortInteger(), cursor.isInside,
      cursor.take(Layout.bid, Layout.bidBytes), let bid = cursor.priceMicros(),
      cursor.take(Layout.ask, Layout.askBytes), let ask = cursor.priceMicros(), cursor.isInside,
      cursor.take(Layout.bidSize, Layout.bidSizeBytes), let bidSize = cursor.shortInteger(),
      cursor.take(Layout.askSize, Layout.askSizeBytes), let askSize = cursor.shortInteger(), cursor.isInside,
      cursor.take(Layout.time, Layout.timeBytes), let time = cursor.milliseconds(),
      cursor.take(Layout.sequence, Layout.sequenceBytes), let sequence = cursor.longInteger(),
      cursor.take(UInt8(ascii: "}")),
      bidVenue <= UInt64(UInt16.max), askVenue <= UInt64(UInt16.max)
    else { return nil }
    return Quote(
      time: Timestamp(milliseconds: time), bid: Price(micros: bid), ask: Price(micros: ask), sequence: sequence,
      instrument: instrument, bidSize: UInt32(truncatingIfNeeded: bidSize),
      askSize: UInt32(truncatingIfNeeded: askSize),
      bidVenue: VenueID(UInt16(truncatingIfNeeded: bidVenue)), askVenue: VenueID(UInt16(truncatingIfNeeded: askVenue)))
  }

  @inline(__always)
  private static func scanTrade(_ cursor: inout Cursor, _ instruments: InstrumentTable) -> Trade? {
    guard let instrument = scanSymbol(&cursor, instruments),
      cursor.take(Layout.venue, Layout.venueBytes), let venue = cursor.shortInteger(),
      cursor.take(Layout.price, Layout.priceBytes), let price = cursor.priceMicros(), cursor.isInside,
      cursor.take(Layout.size, Layout.sizeBytes), let size = cursor.shortInteger(),
      cursor.take(Layout.conditions, Layout.conditionsBytes), let conditions = scanConditions(&cursor), cursor.isInside,
      cursor.take(Layout.tradeTime, Layout.tradeTimeBytes), let time = cursor.milliseconds(),
      cursor.take(Layout.sequence, Layout.sequenceBytes), let sequence = cursor.longInteger(),
      cursor.take(UInt8(ascii: "}")), venue <= UInt64(UInt16.max), hasOrdinaryPremium(price: price, size: size)
    else { return nil }
    return Trade(
      time: Timestamp(milliseconds: time), price: Price(micros: price), sequence: sequence, conditions: conditions,
      instrument: instrument, size: UInt32(truncatingIfNeeded: size), venue: VenueID(UInt16(truncatingIfNeeded: venue)))
  }

  /// `","sym":"O:…"` for symbols of 16 to 23 bytes, which all OCC options are. An unknown symbol is refused.
  @inline(__always)
  private static func scanSymbol(_ cursor: inout Cursor, _ instruments: InstrumentTable) -> InstrumentID? {
    cursor.advance(8)
    guard cursor.word == Layout.symbol, cursor.byte(at: 8) == UInt8(ascii: "\"") else { return nil }
    cursor.advance(9)
    let third = cursor.word(at: 16)
    let quotes = Word.zeroBytes(third ^ Word.repeated(UInt8(ascii: "\"")))
    guard quotes != 0 else { return nil }
    let bits = UInt64(truncatingIfNeeded: quotes.trailingZeroBitCount & ~7)
    let key = SIMD4<UInt64>(cursor.word, cursor.word(at: 8), third & ((1 &<< bits) &- 1), 0)
    cursor.advance(17 &+ Int(truncatingIfNeeded: bits >> 3))
    // A zero byte before the quote would look like the padding of a shorter symbol.
    guard cursor.isInside, cursor.byte(at: -2) != 0 else { return nil }
    return instruments.find(SymbolText(words: key))
  }

  /// Price and size above zero, and an option's premium within `TradeLimits`. Below $68,719 and 1,048,576 contracts their
  /// product cannot leave 63 bits; larger ones are for the exact check behind simdjson.
  @inline(__always)
  private static func hasOrdinaryPremium(price: Int64, size: UInt64) -> Bool {
    let price = UInt64(bitPattern: price)
    // One less, so that a product of zero is refused by the same comparison.
    return (price | size &<< 16) >> 36 == 0 && price &* size &- 1 < Layout.highestNotional
  }

  /// One or more ids of the list; the closing bracket belongs to what follows.
  @inline(__always)
  private static func scanConditions(_ cursor: inout Cursor) -> ConditionSet? {
    var conditions = ConditionSet()
    for _ in 0..<8 {
      guard let id = cursor.shortInteger() else { return nil }
      conditions.formUnion(ConditionSet(vendorID: Int64(id)))
      guard cursor.take(UInt8(ascii: ",")) else { return conditions }
      guard cursor.isInside else { return nil }
    }
    return nil
  }
}

/// The vendor's literals as little-endian words, with their lengths.
private enum Layout {
  @inline(__always) static var tradeHead: UInt64 { Word.literal(#"{"ev":"T"#) }
  @inline(__always) static var quoteHead: UInt64 { Word.literal(#"{"ev":"Q"#) }
  @inline(__always) static var symbol: UInt64 { Word.literal(#"","sym":"#) }

  /// In millionths of a USD a share; every symbol read here is an option on 100.
  @inline(__always) static var highestNotional: UInt64 { UInt64(TradeLimits.highestPremiumMicros / 100) }

  @inline(__always) static var venue: UInt64 { Word.literal(#","x":"#) }
  @inline(__always) static var venueBytes: Int { 5 }
  @inline(__always) static var price: UInt64 { Word.literal(#","p":"#) }
  @inline(__always) static var priceBytes: Int { 5 }
  @inline(__always) static var size: UInt64 { Word.literal(#","s":"#) }
  @inline(__always) static var sizeBytes: Int { 5 }
  @inline(__always) static var conditions: UInt64 { Word.literal(#","c":["#) }
  @inline(__always) static var conditionsBytes: Int { 6 }
  @inline(__always) static var tradeTime: UInt64 { Word.literal(#"],"t":"#) }
  @inline(__always) static var tradeTimeBytes: Int { 6 }
  @inline(__always) static var time: UInt64 { Word.literal(#","t":"#) }
  @inline(__always) static var timeBytes: Int { 5 }
  @inline(__always) static var sequence: UInt64 { Word.literal(#","q":"#) }
  @inline(__always) static var sequenceBytes: Int { 5 }
  @inline(__always) static var bidVenue: UInt64 { Word.literal(#","bx":"#) }
  @inline(__always) static var bidVenueBytes: Int { 6 }
  @inline(__always) static var askVenue: UInt64 { Word.literal(#","ax":"#) }
  @inline(__always) static var askVenueBytes: Int { 6 }
  @inline(__always) static var bid: UInt64 { Word.literal(#","bp":"#) }
  @inline(__always) static var bidBytes: Int { 6 }
  @inline(__always) static var ask: UInt64 { Word.literal(#","ap":"#) }
  @inline(__always) static var askBytes: Int { 6 }
  @inline(__always) static var bidSize: UInt64 { Word.literal(#","bs":"#) }
  @inline(__always) static var bidSizeBytes: Int { 6 }
  @inline(__always) static var askSize: UInt64 { Word.literal(#","as":"#) }
  @inline(__always) static var askSizeBytes: Int { 6 }
}
