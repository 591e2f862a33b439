import Clocks
import MarketModel
import Rings
import Testing

@testable import Feeds

/// What a live feed says of what it did not receive, and where among its events.
@Suite struct LiveStretchTests {
  typealias Live = LiveSourceTests
  static let second: Int64 = 1_000_000_000

  static func print(_ sequence: Int64, _ offset: Int64, _ symbol: String = Live.spy) -> String {
    "[\(Live.print(symbol, sequence, Live.start + offset))]"
  }
  static func incident(_ kind: FeedIncident.Kind, _ offset: Int64?, _ scope: FeedIncident.Scope = .options)
    -> MarketEvent
  {
    .incident(FeedIncident(kind: kind, time: offset.map { Live.time($0) } ?? .none, scope: scope))
  }
  static func stretch(_ from: Int64, _ to: Int64, _ scope: FeedIncident.Scope = .options) -> FeedObservations.Damage {
    FeedObservations.Damage(scope: scope, from: Live.time(from), to: Live.time(to))
  }

  // MARK: Connections

  /// However late the feed's thread is: both connections' frames and all marks wait when it looks for the first time.
  @Test func theBoundaryIsBetweenTheFrames() throws {
    let feed = try Live.Feed()
    feed.marks.note(.returned, .options, at: 1)
    feed.push(Self.print(1, 0), received: 10)
    feed.push(Self.print(2, 5), received: 11)
    feed.marks.note(.lost, .options, at: 12)
    feed.marks.note(.returned, .options, at: 13)
    feed.push(Self.print(3, 9_000), received: 14)
    feed.push(Self.print(4, 30_000), received: 15)
    feed.marks.note(.lostMute, .options, at: 16)
    #expect(try feed.next() == [Self.incident(.connected, nil)])
    #expect(try feed.nextSequences() == [1])
    #expect(try feed.nextSequences() == [2])
    #expect(try feed.next() == [Self.incident(.disconnected, 5)])
    #expect(try feed.next() == [Self.incident(.connected, 5)])
    #expect(feed.observations.takeDamage() == [])
    #expect(try feed.nextSequences() == [3])
    #expect(feed.observations.takeDamage() == [Self.stretch(5, 9_000)])
    #expect(try feed.nextSequences() == [4])
    #expect(try feed.next() == [Self.incident(.muted, 30_000), Self.incident(.disconnected, 30_000)])
    #expect(try feed.next() == [] && feed.observations.takeDamage() == [])
  }

  /// The frames of another stream are no end of this one's gap.
  @Test func streamsAreLostApart() throws {
    let feed = try Live.Feed()
    let stock = { (sequence: Int64, offset: Int64) in
      #"[{"ev":"T","sym":"SPY","x":4,"p":572.31,"s":1,"t":\#(Live.start + offset),"q":\#(sequence)}]"#
    }
    feed.push(Self.print(1, 0))
    feed.push(stock(1, 10), .equities)
    feed.marks.note(.lost, .options, at: 2)
    feed.marks.note(.returned, .options, at: 3)
    feed.push(stock(2, 500), .equities, received: 4)
    feed.push(Self.print(2, 700), received: 5)
    for _ in 0..<5 { _ = try feed.next() }
    #expect(feed.observations.takeDamage() == [])
    #expect(try feed.nextSequences() == [2])
    #expect(feed.observations.takeDamage() == [Self.stretch(0, 700)])
  }

  @Test func lostBeforeTheFirstEventIsAGap() throws {
    let feed = try Live.Feed()
    feed.marks.note(.returned, .options, at: 1_000_000_000)
    feed.marks.note(.lost, .options, at: 2_000_000_000)
    feed.marks.note(.returned, .options, at: 3_000_000_000)
    for kind in [FeedIncident.Kind.connected, .disconnected, .connected] {
      #expect(try feed.next() == [Self.incident(kind, nil)])
    }
    // Nobody knows the market's day before an event: the gap stays open however long it takes.
    #expect(try feed.next() == [] && feed.observations.takeDamage() == [])
    feed.push(Self.print(1, 9_000), received: 5_000_000_000)
    #expect(try feed.nextSequences() == [1])
    #expect(feed.observations.takeDamage() == [Self.stretch(5_000, 9_000)])
  }

  /// Whatever the order of frames and marks and however far the feed's thread lags: the gaps are those of the order in which
  /// it happened.
  @Test(arguments: 0..<40 as Range<UInt64>) func gapsAreIndependentOfTheReadersPace(seed: UInt64) throws {
    var random = FrameGenerator(seed: seed)
    let feed = try Live.Feed()
    var expected: [FeedObservations.Damage] = []
    var found: [FeedObservations.Damage] = []
    var sequences: [Int64] = []
    var last: Int64 = 0
    var lostFrom: Int64?
    var isUp = true
    feed.marks.note(.returned, .options, at: 1)
    feed.push(Self.print(1, 0), received: 2)
    for step in 2...60 as ClosedRange<Int64> {
      // So far apart that reports are not joined.
      let offset = step * 3_000
      switch random.next() % 4 {
      case 0 where isUp:
        feed.marks.note(.lost, .options, at: step)
        lostFrom = lostFrom ?? last
        isUp = false
      case 0,
        1 where !isUp:
        feed.marks.note(.returned, .options, at: step)
        isUp = true
      default:
        guard isUp else { break }
        feed.push(Self.print(step, offset), received: step)
        if let from = lostFrom { expected.append(Self.stretch(from, offset)) }
        lostFrom = nil
        last = offset
      }
      // An idle feed closes what is open by its clock, which is not this test's.
      while random.next() % 3 == 0, !feed.frames.isEmpty, feed.frames.position < feed.frames.endPosition - 400 {
        sequences += try feed.nextSequences()
        found += feed.observations.takeDamage()
      }
    }
    if !isUp { feed.marks.note(.returned, .options, at: 100) }
    feed.push(Self.print(1_000, 1_000_000), received: 101)
    if let from = lostFrom { expected.append(Self.stretch(from, 1_000_000)) }
    while sequences.last != 1_000 {
      sequences += try feed.nextSequences()
      found += feed.observations.takeDamage()
    }
    #expect(found == expected)
    #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
  }

  // MARK: Damage

  /// The last good event may be long ago when something cannot be read.
  @Test func damageOfAQuietStreamReachesToItsReceipt() throws {
    let feed = try Live.Feed()
    feed.push(Self.print(1, 0), received: 100 * Self.second)
    feed.push("not JSON", received: 700 * Self.second)
    #expect(try feed.nextSequences() == [1])
    #expect(try feed.next() == [])
    #expect(feed.observations.takeDamage() == [])
    // Nothing newer comes: a frame of another stream tells that time has passed.
    feed.push("[]", .equities, received: 704 * Self.second)
    #expect(try feed.next() == [] && feed.observations.takeDamage() == [])
    feed.push("[]", .equities, received: 705 * Self.second)
    #expect(try feed.next() == [])
    #expect(feed.observations.takeDamage() == [Self.stretch(0, 600_000)])
  }

  /// One stream may lag seconds behind the other: each is missing from its own newest event on.
  @Test func lostFramesMayBeOfAnyStream() throws {
    let feed = try Live.Feed()
    feed.push(Self.print(1, 9_000, "SPY"), .equities, received: 9)
    feed.push(Self.print(1, 0), received: 10)
    let tooLong = [UInt8](repeating: 0x20, count: 1 << 17)
    #expect(!tooLong.withUnsafeBufferPointer { feed.frames.push($0, tag: 1, receivedNanoseconds: 11) })
    feed.push("[]", .equities, received: 12)
    feed.push(Self.print(2, 40), received: 13)
    feed.push(Self.print(3, 9_300, "SPY"), .equities, received: 14)
    for _ in 0..<2 { #expect(try feed.nextSequences() == [1]) }
    #expect(try feed.next() == [] && feed.observations.takeDamage() == [])
    #expect(try feed.nextSequences() == [2])
    #expect(feed.observations.takeDamage() == [Self.stretch(0, 40)])
    #expect(try feed.nextSequences() == [3])
    #expect(feed.observations.takeDamage() == [Self.stretch(9_000, 9_300, .equities)])
  }

  // MARK: Clock

  @Test func theMarketsClockGoesOnWithoutNewerEvents() throws {
    let feed = try Live.Feed()
    #expect(feed.observations.marketTime(at: 5) == nil)
    feed.push(Self.print(1, 1_000), received: 10 * Self.second)
    // Late, empty, and twice: nothing newer.
    feed.push(Self.print(2, 400), received: 14 * Self.second)
    feed.push("[]", received: 15 * Self.second)
    feed.push(Self.print(1, 1_000), received: 16 * Self.second)
    for _ in 0..<4 { _ = try feed.next() }
    let newest = FeedObservations.Newest(time: Live.time(1_000), receivedNanoseconds: 10 * Self.second)
    #expect(feed.observations.newest(.options) == newest)
    #expect(feed.observations.lastReceivedNanoseconds(.options) == 16 * Self.second)
    #expect(feed.observations.marketTime(at: 17 * Self.second) == Live.time(8_000))
    let clock = MarketClock(observations: feed.observations, delayNanoseconds: 0)
    #expect(clock.now >= Live.time(1_000).adding(nanoseconds: SystemClock.monotonicNanoseconds - 11 * Self.second))
  }

  // MARK: Quotes

  @Test func quotesEndAndBeginAgain() throws {
    let feed = try Live.Feed()
    let symbol = try #require(SymbolText(Live.spy))
    let quotes = { (events: [MarketEvent]) in
      events.compactMap { if case .quote(let quote) = $0 { quote } else { nil } }
    }
    feed.push("[\(Live.quote(Live.spy, Live.start)),\(Live.quote(Live.qqq, Live.start + 100))]")
    #expect(try quotes(feed.next() ?? []).count == 2)
    // Never ended: nothing to begin.
    feed.inbox.offer(.quotesBegin([symbol]))
    #expect(try feed.next() == [])
    feed.inbox.offer(.quotesEnded([symbol]))
    let ended = try #require(try quotes(feed.next() ?? []).first)
    #expect(ended.bid == .zero && ended.ask == .zero && ended.time == Live.time(100) && ended.flags.isEmpty)
    #expect(feed.instruments[ended.instrument].symbol == symbol)
    // On its way when the vendor was told: nobody keeps it up to date. Its time counts.
    feed.push("[\(Live.quote(Live.spy, Live.start + 200)),\(Live.quote(Live.qqq, Live.start + 150))]")
    let rest = try quotes(feed.next() ?? [])
    #expect(rest.map(\.time) == [Live.time(150)])
    feed.inbox.offer(.quotesBegin([symbol]))
    let begun = try #require(try quotes(feed.next() ?? []).first)
    #expect(begun.bid == .zero && begun.ask == .zero && begun.instrument == ended.instrument)
    feed.push("[\(Live.quote(Live.spy, Live.start + 300))]")
    #expect(try quotes(feed.next() ?? []).map(\.instrument) == [ended.instrument])
  }

  @Test func quoteChannelsNameTheirContracts() throws {
    let symbols = QuoteChannels.symbols(in: ["T.*", "Q.\(Live.spy)", "T.\(Live.qqq)", "Q.\(Live.qqq)"])
    #expect(symbols == [try #require(SymbolText(Live.spy)), try #require(SymbolText(Live.qqq))])
  }

  // MARK: Inbox

  /// Frames go on while the history of a gap comes in, and its rows keep their order.
  @Test func framesPassBetweenTheRowsOfALongGap() throws {
    let feed = try Live.Feed()
    let rows = (0..<5_000).map { Live.row(Int64($0) + 1, Int64($0)) }
    feed.inbox.offer(.incident(Live.incident(.gapFound, gap: 1)))
    feed.inbox.offer(try Live.part(1, Live.spy, rows))
    feed.inbox.offer(.incident(Live.incident(.gapFilled, gap: 1)))
    var recovered: [Int64] = []
    var live: [(sequence: Int64, before: Int)] = []
    var closed: FeedIncident?
    var pushed: Int64 = 0
    while closed == nil {
      if feed.frames.isEmpty {
        pushed += 1
        feed.push(Self.print(10_000 + pushed, 20_000 + pushed, Live.qqq))
      }
      for event in try feed.next() ?? [] {
        switch event {
        case .trade(let trade) where trade.flags.contains(.backfilled): recovered.append(trade.sequence)
        case .trade(let trade): live.append((trade.sequence, recovered.count))
        case .incident(let incident) where incident.kind == .gapFilled: closed = incident
        default: break
        }
      }
    }
    #expect(recovered == Array(1...5_000) && closed?.count == 5_000)
    #expect(live.map(\.sequence) == live.map(\.sequence).sorted())
    // Between any two turns.
    #expect(Set(live.map(\.before)).isSuperset(of: [2_048, 4_096]))
  }

  @Test(arguments: [1, 2, 3, 7, 1_000]) func theInboxKeepsItsOrderInPieces(limit: Int) throws {
    let inbox = LiveInbox(bell: Doorbell())
    var expected: [Int64] = []
    var found: [Int64] = []
    var number: Int64 = 0
    for round in 0..<700 {
      let rows = (0..<(round % 5)).map { _ in
        number += 1
        return Live.row(number, number)
      }
      expected += (0..<Int64(rows.count)).map { number - Int64(rows.count) + 1 + $0 }
      inbox.offer(try Live.part(1, Live.spy, rows))
      if round % 3 == 0 { found += Self.take(inbox, limit) }
    }
    while !inbox.isEmpty { found += Self.take(inbox, limit) }
    #expect(found == expected && inbox.take(rows: 1).isEmpty)
  }

  private static func take(_ inbox: LiveInbox, _ limit: Int) -> [Int64] {
    var sequences: [Int64] = []
    for case .recovered(let part) in inbox.take(rows: limit) {
      for case .trade(let trade) in part.rows { sequences.append(trade.sequence) }
    }
    #expect(sequences.count <= limit)
    return sequences
  }
}
