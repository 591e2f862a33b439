import MarketModel

/// Turns the rows of a Polygon flat file into events; `TradeLimits` says which.
struct FlatFileRows: ~Copyable {
  enum Row {
    case event(MarketEvent)
    /// A print that a later correction made void.
    case corrected
    /// Not a row; says what is wrong with it.
    case refused(String)
  }

  private typealias Field = UnsafeBufferPointer<UInt8>
  private let header: FlatFileHeader
  private let instruments: InstrumentTable
  private let fields: UnsafeMutableBufferPointer<Field>
  /// Prints left out because their correction makes them void.
  private(set) var correctedRows = 0

  init(header: FlatFileHeader, instruments: InstrumentTable) {
    self.header = header
    self.instruments = instruments
    fields = .allocate(capacity: FlatFileHeader.Column.allCases.count)
    fields.initialize(repeating: Field(start: nil, count: 0))
  }

  deinit { fields.deallocate() }

  /// The event of the next line that is one; the others are counted. Nil at the end of the file.
  mutating func next(_ lines: inout RecordedLines) throws(ReplayFileError) -> MarketEvent? {
    while let line = try lines.next() {
      switch row(line) {
      case .event(let event): return event
      case .corrected: correctedRows += 1
      case .refused(let reason): lines.refuse(reason)
      }
    }
    return nil
  }

  private func row(_ line: UnsafeBufferPointer<UInt8>) -> Row {
    guard split(line) else { return .refused("\(header.columns.count) columns wanted, another number found") }
    let ticker = self[.ticker]
    guard !ticker.isEmpty, ticker.count <= SymbolText.capacity,
      let instrument = instruments.intern(SymbolText(bytes: ticker))
    else { return .refused("ticker \"\(text(.ticker))\" is not a symbol") }
    guard let time = DecimalText.integer(self[.time]).map({ Timestamp(nanoseconds: $0) }),
      TradeLimits.times.contains(time)
    else { return .refused("sip_timestamp \"\(text(.time))\" is not a number of nanoseconds from 1990 to 2100") }
    return header.content == .tradesFlatFile ? trade(instrument, time) : quote(instrument, time)
  }

  // MARK: Events

  private func trade(_ instrument: InstrumentID, _ time: Timestamp) -> Row {
    guard let correction = optionalInteger(.correction) else {
      return .refused("correction \"\(text(.correction))\" is not a number")
    }
    guard isInForce(correction, instrument) else { return .corrected }
    guard let price = price(.price), price > .zero else {
      return .refused("price \"\(text(.price))\" is not a price above 0 and at most \(TradeLimits.highestPrice)")
    }
    guard let size = size(.size), TradeLimits.sizes.contains(size) else {
      return .refused("size \"\(text(.size))\" is not a whole number above 0")
    }
    guard TradeLimits.admitsPremium(price: price, size: size, multiplier: instruments[instrument].multiplier) else {
      return .refused("price \"\(text(.price))\" times size \"\(text(.size))\" is above 10 billion USD")
    }
    guard let venue = venue(.exchange) else { return .refused("exchange \"\(text(.exchange))\" is not a venue number") }
    guard let conditions = conditions() else {
      return .refused("conditions \"\(text(.conditions))\" are not a list of numbers")
    }
    guard let sequence = optionalInteger(.sequence), let facility = optionalInteger(.reportingFacility),
      let facility = UInt16(exactly: facility)
    else { return .refused("sequence_number or trf_id is not a number") }
    return .event(
      .trade(
        Trade(
          time: time, price: price, sequence: sequence, conditions: conditions, instrument: instrument,
          size: size, venue: venue, reportingFacility: facility)))
  }

  private func quote(_ instrument: InstrumentID, _ time: Timestamp) -> Row {
    // A side nobody quotes may be left empty.
    guard let bid = price(.bidPrice), let ask = price(.askPrice) else {
      return .refused("bid_price \"\(text(.bidPrice))\" or ask_price \"\(text(.askPrice))\" is not a price")
    }
    guard let bidSize = size(.bidSize), let askSize = size(.askSize) else {
      return .refused("bid_size \"\(text(.bidSize))\" or ask_size \"\(text(.askSize))\" is not a whole number")
    }
    guard let bidVenue = venue(.bidExchange), let askVenue = venue(.askExchange) else {
      return .refused(
        "bid_exchange \"\(text(.bidExchange))\" or ask_exchange \"\(text(.askExchange))\" is not a venue number")
    }
    guard let sequence = optionalInteger(.sequence) else {
      return .refused("sequence_number \"\(text(.sequence))\" is not a number")
    }
    return .event(
      .quote(
        Quote(
          time: time, bid: bid, ask: ask, sequence: sequence, instrument: instrument,
          bidSize: bidSize, askSize: askSize, bidVenue: bidVenue, askVenue: askVenue)))
  }

  /// Equities follow the tape's codes: 0 regular, 1 corrected and this row holds the corrected values; 7, 8 and 10 to 12 are
  /// void prints and notices about them. For options the vendor only says that anything but 0 was cancelled.
  private func isInForce(_ correction: Int64, _ instrument: InstrumentID) -> Bool {
    correction == 0 || (correction == 1 && instruments[instrument].kind == .equity)
  }

  // MARK: Fields

  private subscript(column: FlatFileHeader.Column) -> Field { fields[column.rawValue] }

  private func text(_ column: FlatFileHeader.Column) -> String {
    String(decoding: self[column].prefix(64), as: UTF8.self)
  }

  private func optionalInteger(_ column: FlatFileHeader.Column) -> Int64? {
    self[column].isEmpty ? 0 : DecimalText.integer(self[column])
  }

  /// Zero for an empty field.
  private func price(_ column: FlatFileHeader.Column) -> Price? {
    guard !self[column].isEmpty else { return .zero }
    guard let micros = DecimalText.micros(self[column]), micros >= 0, micros <= TradeLimits.highestPrice.micros
    else { return nil }
    return Price(micros: micros)
  }

  /// Newer files write sizes as `100.0`. Zero for an empty field.
  private func size(_ column: FlatFileHeader.Column) -> UInt32? {
    self[column].isEmpty ? 0 : DecimalText.whole(self[column]).flatMap { UInt32(exactly: $0) }
  }

  private func venue(_ column: FlatFileHeader.Column) -> VenueID? {
    optionalInteger(column).flatMap { UInt16(exactly: $0) }.map { VenueID($0) }
  }

  private func conditions() -> ConditionSet? {
    var set: ConditionSet = []
    var rest = self[.conditions][...]
    while !rest.isEmpty {
      let id = rest.prefix { $0 != UInt8(ascii: ",") }
      guard let number = DecimalText.integer(Field(rebasing: id)) else { return nil }
      set.insert(ConditionSet(vendorID: number))
      rest = rest.dropFirst(id.count + 1)
    }
    return set
  }

  /// Points `fields` at the parts of one line; a quoted field may hold commas (RFC 4180). False when the count is wrong.
  private func split(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var column = 0
    var index = 0
    while true {
      let quoted = index < line.count && line[index] == UInt8(ascii: "\"")
      if quoted { index += 1 }
      let start = index
      let terminator = quoted ? UInt8(ascii: "\"") : UInt8(ascii: ",")
      while index < line.count, line[index] != terminator { index += 1 }
      guard column < header.columns.count else { return false }
      if let known = header.columns[column] { fields[known.rawValue] = Field(rebasing: line[start..<index]) }
      column += 1
      if quoted {
        guard index < line.count else { return false }
        index += 1
      }
      if index == line.count { return column == header.columns.count }
      guard line[index] == UInt8(ascii: ",") else { return false }
      index += 1
    }
  }
}
