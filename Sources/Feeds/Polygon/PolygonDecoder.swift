import CSimdJSON
import MarketModel

/// Turns Polygon/Massive WebSocket frames into market events. Sans-I/O: bytes in, records out.
///
/// Two ways lead to the same records. Options prints and quotes in the vendor's own key order go through
/// `PolygonLayoutScanner`; a frame with anything else in it is read again, whole, by simdjson. A frame that is not JSON is
/// taken apart object by object, so that one bad event costs none of its neighbours.
public struct PolygonDecoder: ~Copyable {
  public let instruments: InstrumentTable
  public private(set) var counters = DecodeCounters()
  /// Status messages of the last frame (`connected`, `auth_success`, `slow_consumer` …).
  public private(set) var statuses: [PolygonStatus] = []
  /// For tests and the fuzzer: false sends every frame through simdjson.
  let usesLayoutScanner: Bool
  private let parser: OpaquePointer

  /// - Parameter instruments: the table symbols are interned into; this decoder must be its only writer's thread.
  public init(instruments: InstrumentTable) { self.init(instruments: instruments, usesLayoutScanner: true) }

  init(instruments: InstrumentTable, usesLayoutScanner: Bool) {
    self.instruments = instruments
    self.usesLayoutScanner = usesLayoutScanner
    parser = csj_create()
  }

  deinit { csj_destroy(parser) }

  /// Appends the frame's events to `batch`, in the frame's order.
  /// - Parameters:
  ///   - frame: a JSON array of events; `frameSourcePadding` readable bytes must follow it.
  ///   - flags: set on every trade of the frame.
  @inline(__always)
  public mutating func decode(_ frame: UnsafeBufferPointer<UInt8>, into batch: inout EventBatch, flags: TradeFlags = [])
  {
    counters.frames &+= 1
    if !statuses.isEmpty { statuses.removeAll(keepingCapacity: true) }
    if usesLayoutScanner, flags.isEmpty {
      let before = batch.count
      if PolygonLayoutScanner.scan(frame, instruments: instruments, into: &batch) {
        counters.events &+= Int64(batch.count &- before)
        return
      }
      batch.truncate(to: before)
    }
    decodeGeneral(frame, into: &batch, flags: flags)
  }

  @inline(never)
  private mutating func decodeGeneral(
    _ frame: UnsafeBufferPointer<UInt8>, into batch: inout EventBatch, flags: TradeFlags
  ) {
    counters.reparsedFrames &+= 1
    guard let bytes = frame.baseAddress, frame.count <= Limits.frameBytes else {
      counters.badFrames += 1
      countBad("frame empty or too long", "\(frame.count) bytes, 1 to \(Limits.frameBytes) wanted")
      return
    }
    var events: UnsafePointer<csj_event>?
    var count = 0
    if !csj_decode(parser, bytes, frame.count, frame.count + frameSourcePadding, &events, &count) {
      counters.badFrames += 1
    }
    for event in UnsafeBufferPointer(start: events, count: count) { append(event, to: &batch, flags: flags) }
  }

  private mutating func append(_ event: csj_event, to batch: inout EventBatch, flags: TradeFlags) {
    switch Int(event.kind) {
    case CSJ_UNKNOWN:
      counters.unknownEvents += 1
      return
    case CSJ_BAD:
      let symbol = SymbolText(event)
      countBad(String(cString: csj_reason_text(event.bad_reason)), symbol.count > 0 ? symbol.description : nil)
      return
    case CSJ_STATUS:
      counters.statuses += 1
      statuses.append(PolygonStatus(event, text: csj_status_text(parser)))
      return
    default: break
    }
    let symbol = SymbolText(event)
    guard let instrument = instruments.intern(symbol) else {
      let isFull = instruments.count == instruments.capacity
      countBad(isFull ? "symbol table full" : "not an option symbol", symbol.description)
      return
    }
    if Int(event.kind) == CSJ_TRADE, !hasAdmissiblePremium(event, instrument) {
      countBad("premium out of range", symbol.description)
      return
    }
    counters.events += 1
    switch Int(event.kind) {
    case CSJ_TRADE: batch.append(.trade(Trade(event, instrument: instrument, flags: flags)))
    case CSJ_QUOTE: batch.append(.quote(Quote(event, instrument: instrument)))
    default: batch.append(.bar(Bar(event, instrument: instrument)))
    }
  }

  private func hasAdmissiblePremium(_ event: csj_event, _ instrument: InstrumentID) -> Bool {
    TradeLimits.admitsPremium(
      price: Price(micros: event.price_a), size: UInt32(truncatingIfNeeded: event.size_a),
      multiplier: instruments[instrument].multiplier)
  }

  private mutating func countBad(_ reason: String, _ detail: String?) {
    counters.badEvents += 1
    counters.lastBadReason = reason
    counters.lastBadDetail = detail
  }

  /// simdjson's version, for /health.
  public static var parserVersion: String { String(cString: csj_version()) }
}

/// What a decoder has seen. A frame is bad when it was not well-formed JSON; its good events count all the same.
public struct DecodeCounters: Hashable, Sendable {
  public var frames: Int64 = 0
  /// Market events handed on.
  public var events: Int64 = 0
  public var badFrames: Int64 = 0
  public var badEvents: Int64 = 0
  /// Events of types we do not use.
  public var unknownEvents: Int64 = 0
  public var statuses: Int64 = 0
  /// Frames that were not all in the vendor's usual layout and went through simdjson.
  public var reparsedFrames: Int64 = 0
  /// What was wrong with the latest bad event, for the log: one of a few fixed texts, so that repeats can be told.
  public var lastBadReason: String?
  /// Which one it was, where that is known: its symbol, as it came.
  public var lastBadDetail: String?

  public init() {}
}

/// A control message of the vendor.
public struct PolygonStatus: Hashable, Sendable {
  /// `connected`, `auth_success`, `auth_failed`, `max_connections` …
  public var status: String
  /// The vendor's words.
  public var message: String

  init(_ event: csj_event, text: UnsafePointer<CChar>) {
    func part(_ offset: UInt32, _ length: UInt32) -> String {
      let bytes = UnsafeRawBufferPointer(start: text + Int(offset), count: Int(length))
      return String(decoding: bytes, as: UTF8.self)
    }
    status = part(event.status_offset, event.status_length)
    message = part(event.message_offset, event.message_length)
  }
}

extension SymbolText {
  init(_ event: csj_event) {
    self.init(words: SIMD4(event.symbol.0, event.symbol.1, event.symbol.2, event.symbol.3))
  }
}

extension Trade {
  init(_ event: csj_event, instrument: InstrumentID, flags: TradeFlags) {
    self.init(
      time: Timestamp(milliseconds: event.time_ms), price: Price(micros: event.price_a), sequence: event.sequence,
      conditions: ConditionSet(rawValue: event.conditions), instrument: instrument,
      size: UInt32(truncatingIfNeeded: event.size_a), venue: VenueID(event.venue_a),
      reportingFacility: event.reporting_facility, flags: flags)
  }
}

extension Quote {
  init(_ event: csj_event, instrument: InstrumentID) {
    self.init(
      time: Timestamp(milliseconds: event.time_ms), bid: Price(micros: event.price_a),
      ask: Price(micros: event.price_b),
      sequence: event.sequence, instrument: instrument, bidSize: UInt32(truncatingIfNeeded: event.size_a),
      askSize: UInt32(truncatingIfNeeded: event.size_b), bidVenue: VenueID(event.venue_a),
      askVenue: VenueID(event.venue_b))
  }
}

extension Bar {
  init(_ event: csj_event, instrument: InstrumentID) {
    self.init(
      start: Timestamp(milliseconds: event.time_ms), open: Price(micros: event.price_a),
      high: Price(micros: event.price_b),
      low: Price(micros: event.price_c), close: Price(micros: event.price_d), volume: event.size_a,
      instrument: instrument,
      lengthSeconds: UInt32(event.bar_seconds))
  }
}
