import MarketModel
import Testing

@testable import Journal

@Suite struct EventCodecTests {
  /// Encoded, decoded, and the highest instrument number plus one.
  private func roundTrip(_ events: [MarketEvent]) throws -> (bytes: [UInt8], events: [MarketEvent], instruments: UInt32)
  {
    let bytes = encoded(events)
    let (decoded, instruments) = try decoded(bytes, count: events.count)
    return (bytes, decoded, instruments)
  }

  private func encoded(_ events: [MarketEvent]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: events.count * EventCodec.longestEvent) { buffer, count in
      guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      for event in events { count += EventCodec.encode(event, to: base + count) }
    }
  }

  private func decoded(_ bytes: [UInt8], count: Int) throws(EventFault) -> ([MarketEvent], UInt32) {
    let memory = UnsafeMutablePointer<MarketEvent>.allocate(capacity: max(1, count))
    // Exactly as long as the bytes, so that the address sanitizer sees one byte more.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer {
      memory.deallocate()
      copy.deallocate()
    }
    copy.copyBytes(from: bytes)
    let instruments = try EventCodec.decode(UnsafeRawBufferPointer(copy), count: count, into: memory)
    return (Array(UnsafeBufferPointer(start: memory, count: count)), instruments)
  }

  @Test func everyValueComesBack() throws {
    var random = SplitMix(seed: 2)
    let events = (0..<20_000).map { RandomEvents.event(at: Int64($0), instruments: 5_000_000, &random) }
    let back = try roundTrip(events)
    #expect(back.events == events)
    let highest = events.compactMap { event -> UInt32? in
      switch event {
      case .trade(let trade): trade.instrument.rawValue
      case .quote(let quote): quote.instrument.rawValue
      case .bar(let bar): bar.instrument.rawValue
      case .reference(let reference): reference.instrument.rawValue
      case .clock, .incident: nil
      }
    }.max()
    #expect(back.instruments == highest! + 1)
  }

  @Test func extremesOfTimesAndInstrumentsComeBack() throws {
    for nanoseconds in [Int64.min, -1, 0, 1, .max] {
      let time = Timestamp(nanoseconds: nanoseconds)
      let instrument = InstrumentID(.max)
      let events: [MarketEvent] = [
        .clock(time), .trade(Trade(time: time, price: .zero, instrument: instrument, size: .max)),
        .quote(Quote(time: time, bid: .zero, ask: .zero, instrument: instrument)),
        .bar(
          Bar(
            start: time, open: .zero, high: .zero, low: .zero, close: .zero, volume: .min, instrument: instrument,
            lengthSeconds: .max)),
        .reference(ContractReference(time: time, instrument: instrument)),
        .incident(FeedIncident(kind: .gapUnfilled, time: time, scope: .equities, gap: .max, from: time, count: .max)),
      ]
      let back = try roundTrip(events)
      #expect(back.events == events)
      #expect(back.instruments == .max)
    }
  }

  /// Worked out by hand from the description of the format: what is on disks must stay readable.
  @Test func aTradeHasTheseBytes() throws {
    let trade = Trade(
      time: Timestamp(nanoseconds: 0x0102_0304_0506_0708), price: Price(micros: -2), sequence: 0x11,
      conditions: ConditionSet(rawValue: 1 << 63), instrument: InstrumentID(0x0A0B_0C0D), size: 0x2122_2324,
      venue: VenueID(0x3132), reportingFacility: 0x4142, flags: [.backfilled])
    let bytes = try roundTrip([.trade(trade)]).bytes
    let wanted: [UInt8] = [
      1, 8, 7, 6, 5, 4, 3, 2, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x11, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0x80, 0x0D, 0x0C, 0x0B, 0x0A, 0x24, 0x23, 0x22, 0x21, 0x32, 0x31, 0x42, 0x41, 2,
    ]
    #expect(bytes == wanted)
  }

  @Test func sizesAreTheDescribedOnes() {
    var random = SplitMix(seed: 3)
    for _ in 0..<200 {
      let event = RandomEvents.event(at: 0, instruments: 1, &random)
      let wanted =
        switch event {
        case .trade: 46
        case .quote: 50
        case .bar: 57
        case .reference: 61
        case .clock: 9
        case .incident: 27
        }
      #expect(encoded([event]).count == wanted)
    }
  }

  @Test func unknownKindsAreRefused() {
    for kind in [UInt8(0), 7, 99, 255] {
      #expect(throws: EventFault.unknownKind(kind, offset: 9)) {
        try decoded(encoded([.clock(.none)]) + [kind] + [UInt8](repeating: 0, count: 80), count: 2)
      }
    }
    let incident = encoded([.incident(FeedIncident(kind: .connected, time: .none))])
    for (offset, value) in [
      (1, UInt8(FeedIncident.Kind.allCases.count)), (2, UInt8(FeedIncident.Scope.allCases.count)),
    ] {
      var bytes = incident
      bytes[offset] = value
      #expect(throws: EventFault.unknownIncident(offset: 0)) { try decoded(bytes, count: 1) }
    }
  }

  @Test func bytesThatDoNotFitTheCountAreRefused() {
    var random = SplitMix(seed: 4)
    let events = (0..<12).map { RandomEvents.event(at: Int64($0), instruments: 9, &random) }
    let bytes = encoded(events)
    for cut in 0..<bytes.count {
      #expect(throws: EventFault.self) { try decoded(Array(bytes[..<cut]), count: events.count) }
    }
    #expect(throws: EventFault.wrongLength(offset: bytes.count)) { try decoded(bytes + [5], count: events.count) }
    #expect(throws: EventFault.wrongLength(offset: 0)) { try decoded([5], count: 0) }
    #expect(throws: EventFault.wrongLength(offset: 0)) { try decoded([], count: 1) }
  }
}
