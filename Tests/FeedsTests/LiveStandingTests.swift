import MarketModel
import Rings
import Testing

@testable import Feeds

/// What a live source learns from the events of an earlier life, and what it does with it.
@Suite struct LiveStandingTests {
  private let instruments = InstrumentTable(capacity: 64)
  private let option: InstrumentID
  private let stock: InstrumentID

  init() throws {
    stock = try #require(instruments.intern("SPY"))
    option = try #require(instruments.intern(LiveSourceTests.spy))
  }

  private func time(_ milliseconds: Int64) -> Timestamp { LiveSourceTests.time(milliseconds) }

  private func trade(
    _ instrument: InstrumentID, _ sequence: Int64, _ milliseconds: Int64, _ flags: TradeFlags = []
  ) -> MarketEvent {
    .trade(
      Trade(
        time: time(milliseconds), price: Price(micros: 1_250_000), sequence: sequence, instrument: instrument, size: 3,
        venue: VenueID(302), flags: flags))
  }

  private func standing(_ blocks: [(received: Int64, events: [MarketEvent])]) -> LiveStanding {
    var standing = LiveStanding()
    for block in blocks {
      block.events.withUnsafeBufferPointer {
        standing.note($0, receivedNanoseconds: block.received, instruments: instruments)
      }
    }
    return standing
  }

  @Test func eachStreamIsKnownUpToItsNewestEventOfTheSocket() {
    let found = standing([
      (0, [trade(option, 1, 0), trade(stock, 1, 40)]),
      // History, trades by hand and clocks say nothing of the socket.
      (
        1,
        [
          trade(option, 9, 500, .backfilled), trade(option, 0, 600, .injected), .clock(time(900)),
          .reference(ContractReference(time: time(950), instrument: option)),
        ]
      ),
      (2, [trade(option, 2, 10)]),
    ])
    #expect(found.latest(.options) == time(10))
    #expect(found.latest(.equities) == time(40))
    #expect(found.streamTime == time(40))
  }

  /// Damage of the last seconds had no time to become a gap.
  @Test func theLastSecondsAreAskedForAgain() {
    let second: Int64 = 1_000_000_000
    let blocks = (0...40).map { (received: Int64($0) * second, events: [trade(option, Int64($0), Int64($0) * 1000)]) }
    let overlap = time(40_000) - standing(blocks).lostFrom(.options)
    #expect(overlap >= LiveStanding.overlapNanoseconds)
    #expect(overlap <= 2 * LiveStanding.overlapNanoseconds)
  }

  /// A stream without events of its day is known up to the newest time of anything.
  @Test func aDayThatHadOnlyChainsIsKnownUpToThem() {
    let found = standing([(0, [.reference(ContractReference(time: time(5), instrument: option))])])
    #expect(found.latest(.options) == .none)
    #expect(found.lostFrom(.options) == time(5))
    #expect(LiveStanding().lostFrom(.options) == .none)
  }

  @Test func aLostConnectionCountsUntilItsGapIsFound() {
    let lost = FeedIncident(kind: .disconnected, time: time(1_000), scope: .options)
    let back = FeedIncident(kind: .connected, time: time(1_000), scope: .options)
    var blocks: [(received: Int64, events: [MarketEvent])] = [
      (0, [trade(option, 1, 1_000)]), (1, [.incident(lost)]), (2, [.incident(back)]),
      (60_000_000_000, [trade(option, 2, 60_000)]), (120_000_000_000, [trade(option, 3, 120_000)]),
    ]
    #expect(standing(blocks).lostFrom(.options) == time(1_000))
    #expect(standing(blocks).openGaps.isEmpty)
    let found = FeedIncident(kind: .gapFound, time: time(60_000), scope: .options, gap: 7, from: time(1_000))
    blocks.append((120_000_000_001, [.incident(found)]))
    #expect(standing(blocks).lostFrom(.options) > time(1_000))
    #expect(standing(blocks).openGaps == [found])
    #expect(standing(blocks).highestGap == 7)
    var filled = found
    filled.kind = .gapFilled
    blocks.append((120_000_000_002, [.incident(filled)]))
    #expect(standing(blocks).openGaps.isEmpty)
    #expect(standing(blocks).highestGap == 7)
  }

  @Test func itIsTheSameAfterAFile() throws {
    let found = standing([
      (0, [trade(option, 1, 0), trade(stock, 1, 40)]),
      (
        20_000_000_000,
        [
          .incident(FeedIncident(kind: .disconnected, time: time(40), scope: .equities)),
          .incident(FeedIncident(kind: .gapFound, time: time(60), scope: .options, gap: 3, from: time(30))),
          .incident(FeedIncident(kind: .gapFound, time: time(70), scope: .equities, gap: 4, from: time(35))),
        ]
      ),
    ])
    #expect(LiveStanding(words: found.words) == found)
    #expect(LiveStanding(words: LiveStanding().words) == LiveStanding())
    for count in 0..<found.words.count { #expect(LiveStanding(words: Array(found.words.prefix(count))) == nil) }
    var words = found.words
    words[1] = .max
    #expect(LiveStanding(words: words) == nil)
  }

  // MARK: The source

  private func source(_ feed: inout LiveMemory?, _ parts: LiveSourceTests.Parts) throws -> FeedReader<LiveSource> {
    FeedReader(
      source: LiveSource(
        summary: "test", frames: parts.frames, inbox: parts.inbox, bell: parts.bell, instruments: instruments,
        observations: parts.observations, marks: parts.marks, filter: try SymbolFilter([]),
        memory: feed.take() ?? LiveMemory(instruments: instruments)), instruments: instruments)
  }

  @Test func theNextLifeFindsTheTimeItWasDownAndDropsWhatItHad() throws {
    var memory: LiveMemory? = LiveMemory(instruments: instruments)
    [trade(option, 1, 0), trade(stock, 1, 40), trade(option, 2, 60), trade(option, 0, 70, .injected)]
      .withUnsafeBufferPointer { memory?.note($0, receivedNanoseconds: 0) }
    let parts = LiveSourceTests.Parts()
    var reader = try source(&memory, parts)
    // First it says that the connections of then are gone.
    #expect(try reader.next())
    let lost = reader.batch.events.compactMap { if case .incident(let incident) = $0 { incident } else { nil } }
    #expect(lost.map(\.kind) == [.disconnected, .disconnected])
    #expect(lost.map(\.scope) == [.options, .equities])
    #expect(lost.map(\.time) == [time(60), time(40)])
    #expect(lost.map(\.from) == [time(60), time(40)])
    parts.marks.note(.returned, .options, at: 5)
    #expect(try reader.next())
    // One it had, one that is new; the gap is between what was known and the new one.
    parts.push(
      "[\(LiveSourceTests.print(LiveSourceTests.spy, 2, LiveSourceTests.start + 60)),"
        + "\(LiveSourceTests.print(LiveSourceTests.spy, 8, LiveSourceTests.start + 5_000))]")
    #expect(try reader.next())
    let sequences = reader.batch.events.compactMap { if case .trade(let trade) = $0 { trade.sequence } else { nil } }
    #expect(sequences == [8])
    let gap = FeedObservations.Damage(scope: .options, from: time(60), to: time(5_000))
    #expect(parts.observations.takeDamage() == [gap])
    // The vendor's history brings what was missed, and what was not.
    let missed = Trade(
      time: time(2_000), price: Price(micros: 1_250_000), sequence: 5, instrument: InstrumentID(0), size: 3,
      venue: VenueID(302), flags: .backfilled)
    var known = missed
    known.sequence = 2
    known.time = time(60)
    let symbol = try #require(SymbolText(LiveSourceTests.spy))
    parts.inbox.offer(
      .recovered(RecoveredPart(gap: 1, symbol: symbol, rows: [.trade(known), .trade(missed)])))
    #expect(try reader.next())
    let recovered = reader.batch.events.compactMap { if case .trade(let trade) = $0 { trade.sequence } else { nil } }
    #expect(recovered == [5])
    #expect(parts.observations.currentCounts.recoveredAgain == 1)
  }

  @Test func aFirstLifeSaysNothing() throws {
    var none: LiveMemory?
    let parts = LiveSourceTests.Parts()
    var reader = try source(&none, parts)
    parts.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start))]")
    #expect(try reader.next())
    #expect(reader.batch.events.contains { if case .trade = $0 { true } else { false } })
    #expect(parts.observations.takeDamage().isEmpty)
  }
}
