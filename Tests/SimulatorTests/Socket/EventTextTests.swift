import Feeds
import MarketModel
import Testing

@testable import Simulator

/// What the simulator writes, the product's decoder reads back unchanged.
@Suite struct EventTextTests {
  private let instruments = InstrumentTable(capacity: 1024)

  private func decoded(_ frame: [UInt8]) -> ([MarketEvent], DecodeCounters) {
    var decoder = PolygonDecoder(instruments: instruments)
    var batch = EventBatch()
    let bytes = frame + [UInt8](repeating: 0, count: frameSourcePadding)
    bytes.withUnsafeBufferPointer {
      decoder.decode(UnsafeBufferPointer(rebasing: $0[..<frame.count]), into: &batch)
    }
    return (Array(batch.events), decoder.counters)
  }

  private func events() throws -> [PlayedMarket.Event] {
    let option = try #require(instruments.intern("O:SPY251216C00572000"))
    let stock = try #require(instruments.intern("SPY"))
    let time = Timestamp(milliseconds: 1_765_895_400_123)
    return [
      .trade(
        Trade(
          time: time, price: Price(micros: 1_230_000), sequence: 7, conditions: ConditionSet(vendorIDs: [209, 219]),
          instrument: option, size: 12, venue: VenueID(302))),
      .quote(
        Quote(
          time: time, bid: Price(micros: 0), ask: Price(micros: 100_500), sequence: 9_007_199_254, instrument: option,
          bidSize: 0, askSize: 3, bidVenue: VenueID(300), askVenue: VenueID(325))),
      .trade(
        Trade(
          time: time, price: Price(micros: 672_123_400), sequence: 1, conditions: ConditionSet(vendorIDs: [0, 37]),
          instrument: stock, size: 1, venue: VenueID(4), reportingFacility: 202)),
      .trade(Trade(time: time, price: Price(micros: 5_000_000), sequence: 2, instrument: stock, size: 100)),
    ]
  }

  private func encoder(_ faults: SimulatedFaults = SimulatedFaults()) -> EventEncoder {
    EventEncoder(instruments: instruments, faults: faults, counters: FaultCounters())
  }

  private func channels(_ names: String...) throws -> ChannelSet {
    var set = ChannelSet()
    for name in names { set.insert(try #require(Channel(name))) }
    return set
  }

  @Test func readsBackAsItWas() throws {
    var encoder = encoder()
    let events = try events()
    let encodedBatch = encoder.encode(events, at: .none)
    let batch = try #require(encodedBatch)
    let options = batch.options.frames(for: try channels("T.*", "Q.O:SPY251216C00572000"))
    let stocks = batch.stocks.frames(for: try channels("T.SPY"))
    #expect(options.count == 1 && stocks.count == 1)
    var back: [MarketEvent] = []
    for frame in options + stocks {
      let (events, counters) = decoded(frame)
      #expect(counters.badEvents == 0 && counters.badFrames == 0 && counters.unknownEvents == 0)
      back += events
    }
    let expected: [MarketEvent] = events.map { event in
      switch event {
      case .trade(let trade): .trade(trade)
      case .quote(let quote): .quote(quote)
      case .bar: preconditionFailure("no bar here")
      }
    }
    #expect(back == expected)
  }

  @Test func onlyWhatIsHeldIsSent() throws {
    var encoder = encoder()
    let encodedBatch = encoder.encode(try events(), at: .none)
    let batch = try #require(encodedBatch)
    #expect(batch.options.frames(for: try channels("A.*", "T.O:QQQ251216C00572000")).isEmpty)
    #expect(batch.options.frames(for: try channels("T.O:SPY*")).isEmpty)
    let quotes = try #require(batch.options.frames(for: try channels("Q.O:SPY251216C00572000")).first)
    #expect(decoded(quotes).0.count == 1)
    // A frame that would be too long becomes two.
    #expect(batch.stocks.frames(for: try channels("T.*"), largest: 100).count == 2)
  }

  @Test func duplicatesAreSentTwiceAndLatePrintsLater() throws {
    var faults = SimulatedFaults()
    faults.duplicateShare = 1
    var doubling = encoder(faults)
    let encodedTwice = doubling.encode(try events(), at: .none)
    let twice = try #require(encodedTwice)
    #expect(twice.options.pieces.count == 4 && twice.stocks.pieces.count == 4)

    faults.duplicateShare = 0
    faults.lateShare = 1
    var delaying = encoder(faults)
    let start = Timestamp(seconds: 1_765_895_400)
    let encodedNow = delaying.encode(try events(), at: start)
    let now = try #require(encodedNow)
    #expect(now.options.pieces.count == 1 && now.stocks.pieces.isEmpty && delaying.isHoldingBack)
    #expect(delaying.encode([], at: start.adding(nanoseconds: 100_000_000)) == nil)
    let encodedLater = delaying.encode([], at: start.adding(nanoseconds: 1_500_000_000))
    let later = try #require(encodedLater)
    #expect(later.options.pieces.count == 1 && later.stocks.pieces.count == 2 && !delaying.isHoldingBack)
  }

  @Test func damageIsSeenByEveryReader() throws {
    var encoder = encoder()
    let encodedBatch = encoder.encode(try events() + events(), at: .none)
    let batch = try #require(encodedBatch)
    let frame = try #require(batch.options.frames(for: try channels("T.*", "Q.O:SPY251216C00572000")).first)
    let whole = Set(decoded(frame).0)
    let dice = FaultDice(seed: 1)
    for place in 0..<2_000 {
      let (events, counters) = decoded(FrameDamage.damaged(frame, draw: dice.draw(.damage, place)))
      #expect(counters.badFrames == 1)
      #expect(whole.isSuperset(of: events), "damage changed a value unseen")
    }
  }
}
