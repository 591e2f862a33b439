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

  // MARK: What no gap covers

  /// A life that begins, gets one print each 100 ms for a second after it is connected, and leaves its gap unannounced; its
  /// times begin after `start` seconds.
  private func life(_ start: Int64, from: Int64) -> (received: Int64, events: [MarketEvent]) {
    let lost = FeedIncident(
      kind: .disconnected, time: time(from * 1_000), scope: .options, from: time(from * 1_000))
    let back = FeedIncident(kind: .connected, time: time(from * 1_000), scope: .options)
    return (
      start * 1_000_000_000,
      [.incident(lost), .incident(back)] + (0..<10).map { trade(option, start * 10 + $0, start * 1_000 + $0 * 100) }
    )
  }

  /// So late that what is asked for again anyway hides nothing.
  private func muchLater() -> [(received: Int64, events: [MarketEvent])] {
    (0..<6).map { ($0 * 20_000_000_000 + 500_000_000_000, [trade(option, 9_000 + $0, 500_000 + $0 * 20_000)]) }
  }

  private func gap(_ number: UInt32, _ from: Int64, _ to: Int64) -> MarketEvent {
    .incident(
      FeedIncident(kind: .gapFound, time: time(to), scope: .options, gap: number, from: time(from)))
  }

  @Test func aKillBeforeItsAnnouncementLeavesTheGapToTheNextLife() {
    let first = (received: Int64(0), events: [trade(option, 1, 1_000)])
    let one = standing([first, life(60, from: 1)])
    #expect(one.lostFrom(.options) == time(1_000) && one.openGaps.isEmpty)
    #expect(standing([first, life(60, from: 1)] + muchLater()).lostFrom(.options) == time(1_000))
    // Another life that begins where the first gap did, and is killed as early.
    let two = standing([first, life(60, from: 1), life(120, from: 1)])
    #expect(two.lostFrom(.options) == time(1_000))
    // The third announces: its gap reaches over all that was missed.
    var blocks = [first, life(60, from: 1), life(120, from: 1), life(180, from: 1)]
    blocks.append((181_000_000_000, [gap(1, 1_000, 180_900)]))
    let three = standing(blocks + muchLater())
    #expect(three.lostFrom(.options) > time(500_000) && three.openGaps.map(\.gap) == [1])
  }

  @Test func aKillAfterTheAnnouncementLeavesTheGapOpenAndTheTimeDown() {
    let first = (received: Int64(0), events: [trade(option, 1, 1_000)])
    var blocks = [first, life(60, from: 1)]
    blocks.append((61_000_000_000, [gap(1, 1_000, 60_900)]))
    let found = standing(blocks)
    #expect(found.openGaps.map(\.gap) == [1])
    #expect(found.lostFrom(.options) <= time(60_900))
    #expect(standing(blocks + muchLater()).lostFrom(.options) > time(500_000))
  }

  /// As a stop does: the connections end with a word, and the gap that was waiting is announced or not.
  @Test(arguments: [false, true]) func aStopLeavesNoMoreThanAKill(isAnnounced: Bool) {
    var blocks = [(received: Int64(0), events: [trade(option, 1, 1_000)]), life(60, from: 1)]
    blocks.append(
      (61_000_000_000, [.incident(FeedIncident(kind: .disconnected, time: time(60_900), scope: .options))]))
    if isAnnounced { blocks.append((61_000_000_001, [gap(1, 1_000, 60_900)])) }
    #expect(standing(blocks).lostFrom(.options) == time(1_000))
    let from: Int64 = isAnnounced ? 60_900 : 1_000
    let next = FeedIncident(kind: .disconnected, time: time(60_900), scope: .options, from: time(from))
    let back = FeedIncident(kind: .connected, time: time(60_900), scope: .options)
    let found = standing(blocks + [(100_000_000_000, [.incident(next), .incident(back)])] + muchLater())
    #expect(found.lostFrom(.options) == time(from))
    #expect(found.openGaps.map(\.gap) == (isAnnounced ? [1] : []))
  }

  /// The announcement of one gap says nothing of a later one, however late it comes.
  @Test func aLaterLostStretchWaitsForItsOwnGap() {
    let blocks =
      [(received: Int64(0), events: [trade(option, 1, 1_000)]), life(60, from: 1), life(120, from: 61)]
      + [(200_000_000_000, [gap(1, 1_000, 60_900)])]
    // Both were awaited when the first was announced; the second life's begins a little after the first's end.
    #expect(standing(blocks + muchLater()).lostFrom(.options) == time(60_900 + 100))
    let rest = [(received: Int64(200_000_000_001), events: [gap(2, 61_000, 120_900)])]
    #expect(standing(blocks + rest + muchLater()).lostFrom(.options) > time(500_000))
    // A gap that ends within the stretch leaves the rest of it.
    let part = [(received: Int64(200_000_000_001), events: [gap(2, 61_000, 100_000)])]
    #expect(standing(blocks + part + muchLater()).lostFrom(.options) == time(100_000))
  }

  /// Damage before a connection was lost is no announcement of the time without it.
  @Test func aGapUpToTheLossIsNotTheTimeWithout() {
    let lost = FeedIncident(kind: .disconnected, time: time(1_000), scope: .options)
    let back = FeedIncident(kind: .connected, time: time(1_000), scope: .options)
    let blocks: [(received: Int64, events: [MarketEvent])] = [
      (0, [trade(option, 1, 0), trade(option, 2, 1_000), .incident(lost), gap(1, 0, 1_000), .incident(back)])
    ]
    #expect(standing(blocks + muchLater()).lostFrom(.options) == time(1_000))
  }

  /// A market that is quiet after the return: the gap ends with its clock, no event ends the stretch.
  @Test func aQuietReturnIsAnnouncedWithoutAnEvent() {
    let lost = FeedIncident(kind: .disconnected, time: time(1_000), scope: .options)
    let back = FeedIncident(kind: .connected, time: time(1_000), scope: .options)
    let blocks: [(received: Int64, events: [MarketEvent])] = [
      (0, [trade(option, 1, 1_000), .incident(lost), .incident(back), gap(1, 1_000, 30_000)])
    ]
    #expect(standing(blocks + muchLater()).lostFrom(.options) > time(500_000))
  }

  @Test func manyStretchesAreBoundedAndNoneIsForgotten() {
    var blocks = [(received: Int64(0), events: [trade(option, 1, 1_000)])]
    for number in 1...40 as ClosedRange<Int64> { blocks.append(life(number * 60, from: number * 60 - 59)) }
    let found = standing(blocks)
    #expect(found.lostFrom(.options) == time(1_000))
    #expect(found.words.count < 60 && LiveStanding(words: found.words) == found)
    let gaps = (Int64(1)...40).map { gap(UInt32($0), $0 * 60_000 - 59_000, $0 * 60_000 + 900) }
    // The first ones had a place of their own; of what was put together the beginning is announced.
    let announced = standing(blocks + [(2_401_000_000_000, gaps)])
    #expect(announced.lostFrom(.options) >= time(120_900) && announced.lostFrom(.options) < time(2_400_000))
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
