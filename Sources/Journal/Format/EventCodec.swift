import MarketModel

/// Why bytes are not the events they claim to be.
package enum EventFault: Error, Equatable {
  case unknownKind(UInt8, offset: Int)
  /// An incident's kind or scope that this program does not know.
  case unknownIncident(offset: Int)
  /// The bytes end in the middle of an event, or go on behind the last.
  case wrongLength(offset: Int)
}

/// Market events as bytes: one byte for the kind, then each field of the record in its order there, little-endian and without
/// gaps. Every value of every field comes back as it was.
package enum EventCodec {
  private enum Kind {
    static let trade: UInt8 = 1
    static let quote: UInt8 = 2
    static let bar: UInt8 = 3
    static let reference: UInt8 = 4
    static let clock: UInt8 = 5
    static let incident: UInt8 = 6
  }

  private enum Size {
    static let trade = 46
    static let quote = 50
    static let bar = 57
    static let reference = 61
    static let clock = 9
    static let incident = 27
  }

  /// No event takes more.
  package static let longestEvent = Size.reference

  /// Writes an event behind another; there must be room for `longestEvent` bytes.
  /// - Returns: the bytes it took.
  @inline(__always)
  package static func encode(_ event: MarketEvent, to bytes: UnsafeMutableRawPointer) -> Int {
    switch event {
    case .trade(let trade): encode(trade, to: bytes)
    case .quote(let quote): encode(quote, to: bytes)
    case .bar(let bar): encode(bar, to: bytes)
    case .reference(let reference): encode(reference, to: bytes)
    case .clock(let time): encode(time, to: bytes)
    case .incident(let incident): encode(incident, to: bytes)
    }
  }

  /// Reads exactly `count` events that fill the bytes.
  /// - Returns: one more than the highest instrument number among them; 0 when none names an instrument.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, count: Int, into events: UnsafeMutablePointer<MarketEvent>
  ) throws(EventFault) -> UInt32 {
    guard let base = bytes.baseAddress, count > 0 else {
      guard bytes.isEmpty, count == 0 else { throw .wrongLength(offset: 0) }
      return 0
    }
    var offset = 0
    var instruments: UInt32 = 0
    for index in 0..<count {
      guard offset < bytes.count else { throw .wrongLength(offset: offset) }
      let start = base + offset
      let left = bytes.count - offset
      let instrument: UInt32
      switch start.get(UInt8.self, at: 0) {
      case Kind.quote:
        guard left >= Size.quote else { throw .wrongLength(offset: offset) }
        let quote = quote(start)
        instrument = quote.instrument.rawValue
        (events + index).initialize(to: .quote(quote))
        offset += Size.quote
      case Kind.trade:
        guard left >= Size.trade else { throw .wrongLength(offset: offset) }
        let trade = trade(start)
        instrument = trade.instrument.rawValue
        (events + index).initialize(to: .trade(trade))
        offset += Size.trade
      case Kind.clock:
        guard left >= Size.clock else { throw .wrongLength(offset: offset) }
        (events + index).initialize(to: .clock(Timestamp(nanoseconds: start.get(Int64.self, at: 1))))
        offset += Size.clock
        continue
      case Kind.bar:
        guard left >= Size.bar else { throw .wrongLength(offset: offset) }
        let bar = bar(start)
        instrument = bar.instrument.rawValue
        (events + index).initialize(to: .bar(bar))
        offset += Size.bar
      case Kind.reference:
        guard left >= Size.reference else { throw .wrongLength(offset: offset) }
        let reference = reference(start)
        instrument = reference.instrument.rawValue
        (events + index).initialize(to: .reference(reference))
        offset += Size.reference
      case Kind.incident:
        guard left >= Size.incident else { throw .wrongLength(offset: offset) }
        guard let incident = incident(start) else { throw .unknownIncident(offset: offset) }
        (events + index).initialize(to: .incident(incident))
        offset += Size.incident
        continue
      case let kind: throw .unknownKind(kind, offset: offset)
      }
      instruments = max(instruments, instrument == .max ? instrument : instrument &+ 1)
    }
    guard offset == bytes.count else { throw .wrongLength(offset: offset) }
    return instruments
  }

  // MARK: Records

  @inline(__always)
  private static func encode(_ trade: Trade, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.trade, at: 0)
    bytes.put(trade.time.nanoseconds, at: 1)
    bytes.put(trade.price.micros, at: 9)
    bytes.put(trade.sequence, at: 17)
    bytes.put(trade.conditions.rawValue, at: 25)
    bytes.put(trade.instrument.rawValue, at: 33)
    bytes.put(trade.size, at: 37)
    bytes.put(trade.venue.rawValue, at: 41)
    bytes.put(trade.reportingFacility, at: 43)
    bytes.put(trade.flags.rawValue, at: 45)
    return Size.trade
  }

  @inline(__always)
  private static func trade(_ bytes: UnsafeRawPointer) -> Trade {
    Trade(
      time: Timestamp(nanoseconds: bytes.get(Int64.self, at: 1)), price: Price(micros: bytes.get(Int64.self, at: 9)),
      sequence: bytes.get(Int64.self, at: 17), conditions: ConditionSet(rawValue: bytes.get(UInt64.self, at: 25)),
      instrument: InstrumentID(bytes.get(UInt32.self, at: 33)), size: bytes.get(UInt32.self, at: 37),
      venue: VenueID(bytes.get(UInt16.self, at: 41)), reportingFacility: bytes.get(UInt16.self, at: 43),
      flags: TradeFlags(rawValue: bytes.get(UInt8.self, at: 45)))
  }

  @inline(__always)
  private static func encode(_ quote: Quote, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.quote, at: 0)
    bytes.put(quote.time.nanoseconds, at: 1)
    bytes.put(quote.bid.micros, at: 9)
    bytes.put(quote.ask.micros, at: 17)
    bytes.put(quote.sequence, at: 25)
    bytes.put(quote.instrument.rawValue, at: 33)
    bytes.put(quote.bidSize, at: 37)
    bytes.put(quote.askSize, at: 41)
    bytes.put(quote.bidVenue.rawValue, at: 45)
    bytes.put(quote.askVenue.rawValue, at: 47)
    bytes.put(quote.flags.rawValue, at: 49)
    return Size.quote
  }

  @inline(__always)
  private static func quote(_ bytes: UnsafeRawPointer) -> Quote {
    Quote(
      time: Timestamp(nanoseconds: bytes.get(Int64.self, at: 1)), bid: Price(micros: bytes.get(Int64.self, at: 9)),
      ask: Price(micros: bytes.get(Int64.self, at: 17)), sequence: bytes.get(Int64.self, at: 25),
      instrument: InstrumentID(bytes.get(UInt32.self, at: 33)), bidSize: bytes.get(UInt32.self, at: 37),
      askSize: bytes.get(UInt32.self, at: 41), bidVenue: VenueID(bytes.get(UInt16.self, at: 45)),
      askVenue: VenueID(bytes.get(UInt16.self, at: 47)), flags: QuoteFlags(rawValue: bytes.get(UInt8.self, at: 49)))
  }

  @inline(__always)
  private static func encode(_ bar: Bar, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.bar, at: 0)
    bytes.put(bar.start.nanoseconds, at: 1)
    bytes.put(bar.open.micros, at: 9)
    bytes.put(bar.high.micros, at: 17)
    bytes.put(bar.low.micros, at: 25)
    bytes.put(bar.close.micros, at: 33)
    bytes.put(bar.volume, at: 41)
    bytes.put(bar.instrument.rawValue, at: 49)
    bytes.put(bar.lengthSeconds, at: 53)
    return Size.bar
  }

  @inline(__always)
  private static func bar(_ bytes: UnsafeRawPointer) -> Bar {
    Bar(
      start: Timestamp(nanoseconds: bytes.get(Int64.self, at: 1)), open: Price(micros: bytes.get(Int64.self, at: 9)),
      high: Price(micros: bytes.get(Int64.self, at: 17)), low: Price(micros: bytes.get(Int64.self, at: 25)),
      close: Price(micros: bytes.get(Int64.self, at: 33)), volume: bytes.get(Int64.self, at: 41),
      instrument: InstrumentID(bytes.get(UInt32.self, at: 49)), lengthSeconds: bytes.get(UInt32.self, at: 53))
  }

  @inline(__always)
  private static func encode(_ reference: ContractReference, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.reference, at: 0)
    bytes.put(reference.time.nanoseconds, at: 1)
    bytes.put(reference.deltaNanos, at: 9)
    bytes.put(reference.gammaNanos, at: 17)
    bytes.put(reference.thetaNanos, at: 25)
    bytes.put(reference.vegaNanos, at: 33)
    bytes.put(reference.impliedVolatilityNanos, at: 41)
    bytes.put(reference.openInterest, at: 49)
    bytes.put(reference.instrument.rawValue, at: 57)
    return Size.reference
  }

  @inline(__always)
  private static func reference(_ bytes: UnsafeRawPointer) -> ContractReference {
    ContractReference(
      time: Timestamp(nanoseconds: bytes.get(Int64.self, at: 1)),
      instrument: InstrumentID(bytes.get(UInt32.self, at: 57)), deltaNanos: bytes.get(Int64.self, at: 9),
      gammaNanos: bytes.get(Int64.self, at: 17), thetaNanos: bytes.get(Int64.self, at: 25),
      vegaNanos: bytes.get(Int64.self, at: 33), impliedVolatilityNanos: bytes.get(Int64.self, at: 41),
      openInterest: bytes.get(Int64.self, at: 49))
  }

  @inline(__always)
  private static func encode(_ time: Timestamp, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.clock, at: 0)
    bytes.put(time.nanoseconds, at: 1)
    return Size.clock
  }

  private static func encode(_ incident: FeedIncident, to bytes: UnsafeMutableRawPointer) -> Int {
    bytes.put(Kind.incident, at: 0)
    bytes.put(incident.kind.rawValue, at: 1)
    bytes.put(incident.scope.rawValue, at: 2)
    bytes.put(incident.gap, at: 3)
    bytes.put(incident.time.nanoseconds, at: 7)
    bytes.put(incident.from.nanoseconds, at: 15)
    bytes.put(incident.count, at: 23)
    return Size.incident
  }

  private static func incident(_ bytes: UnsafeRawPointer) -> FeedIncident? {
    guard let kind = FeedIncident.Kind(rawValue: bytes.get(UInt8.self, at: 1)),
      let scope = FeedIncident.Scope(rawValue: bytes.get(UInt8.self, at: 2))
    else { return nil }
    return FeedIncident(
      kind: kind, time: Timestamp(nanoseconds: bytes.get(Int64.self, at: 7)), scope: scope,
      gap: bytes.get(UInt32.self, at: 3), from: Timestamp(nanoseconds: bytes.get(Int64.self, at: 15)),
      count: bytes.get(UInt32.self, at: 23))
  }
}
