import MarketModel
import Rings
import Synchronization
import Testing

@testable import Feeds

@Suite struct LiveSourceTests {
  static let spy = "O:SPY251216C00572000"
  static let qqq = "O:QQQ251216P00500000"

  /// What a live source stands between.
  struct Parts {
    let frames = FrameRing(capacity: 1 << 16)
    let bell = Doorbell()
    let inbox: LiveInbox
    let marks: ConnectionMarks
    let observations = FeedObservations(spotSymbols: [])

    init() {
      inbox = LiveInbox(bell: bell)
      marks = ConnectionMarks(frames: frames, bell: bell)
    }

    func push(_ text: String, _ scope: FeedIncident.Scope = .options) {
      let isTaken = Array(text.utf8).withUnsafeBufferPointer {
        frames.push($0, tag: scope.rawValue, receivedNanoseconds: 10)
      }
      #expect(isTaken)
    }
  }

  /// A live feed as its thread sees it.
  final class Feed {
    let instruments = InstrumentTable(capacity: 64)
    let frames = FrameRing(capacity: 1 << 16)
    let bell = Doorbell()
    let inbox: LiveInbox
    let marks: ConnectionMarks
    let observations: FeedObservations
    private var reader: FeedReader<LiveSource>

    init(followed: [String] = [], spots: [String] = []) throws {
      inbox = LiveInbox(bell: bell)
      marks = ConnectionMarks(frames: frames, bell: bell)
      observations = FeedObservations(spotSymbols: spots)
      reader = FeedReader(
        source: LiveSource(
          summary: "test", frames: frames, inbox: inbox, bell: bell, instruments: instruments,
          observations: observations, marks: marks, filter: try SymbolFilter(followed),
          memory: LiveMemory(instruments: instruments)), instruments: instruments)
    }

    func push(_ text: String, _ scope: FeedIncident.Scope = .options, received: Int64 = 1) {
      let isTaken = Array(text.utf8).withUnsafeBufferPointer {
        frames.push($0, tag: scope.rawValue, receivedNanoseconds: received)
      }
      #expect(isTaken)
    }

    /// The events of the next step, clock left out; nil at the end.
    func next(gathering most: Int = 0) throws -> [MarketEvent]? {
      guard try reader.next(gathering: most) else { return nil }
      return reader.batch.events.filter { if case .clock = $0 { false } else { true } }
    }

    /// Sequence numbers of the prints in the next step.
    func nextSequences(gathering most: Int = 0) throws -> [Int64] {
      try (next(gathering: most) ?? []).compactMap { if case .trade(let trade) = $0 { trade.sequence } else { nil } }
    }

    var counts: FeedObservations.Counts { observations.currentCounts }
  }

  static func print(_ symbol: String, _ sequence: Int64, _ milliseconds: Int64, price: String = "1.25") -> String {
    #"{"ev":"T","sym":"\#(symbol)","x":302,"p":\#(price),"s":3,"c":[209],"t":\#(milliseconds),"q":\#(sequence)}"#
  }
  static func quote(_ symbol: String, _ milliseconds: Int64) -> String {
    #"{"ev":"Q","sym":"\#(symbol)","bx":302,"ax":303,"bp":1.2,"ap":1.3,"bs":5,"as":6,"t":\#(milliseconds),"q":1}"#
  }
  static let start: Int64 = 1_765_900_000_000
  static func time(_ offset: Int64) -> Timestamp { Timestamp(milliseconds: start + offset) }

  @Test func framesComeInOrderAndOnce() throws {
    let feed = try Feed()
    let one = LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start)
    let two = LiveSourceTests.print(LiveSourceTests.spy, 2, LiveSourceTests.start + 1)
    feed.push("[\(one),\(two)]", received: 10)
    feed.push("[\(two),\(LiveSourceTests.print(LiveSourceTests.spy, 3, LiveSourceTests.start + 2))]", received: 20)
    #expect(try feed.nextSequences() == [1, 2])
    #expect(feed.observations.lastReceivedNanoseconds(.options) == 10)
    #expect(feed.observations.lastReceivedNanoseconds(.equities) == nil)
    #expect(try feed.nextSequences() == [3])
    #expect(feed.observations.lastReceivedNanoseconds(.options) == 20)
    #expect(feed.observations.lastEventTime(.options) == LiveSourceTests.time(2))
    #expect(feed.counts.duplicates == 1)
    // Nothing waits: the source says so and frees the last frame's room.
    #expect(try feed.next() == [])
    #expect(feed.frames.isEmpty)
  }

  /// Frames that wait are taken together, each looked at once; what was noted between frames ends the step.
  @Test func framesThatWaitAreTakenTogether() throws {
    let feed = try Feed()
    func push(_ numbers: Int64...) {
      let prints = numbers.map { LiveSourceTests.print(LiveSourceTests.spy, $0, LiveSourceTests.start + $0) }
      feed.push("[\(prints.joined(separator: ","))]", received: numbers[0])
    }
    push(1, 2)
    push(2, 3)
    push(4)
    #expect(try feed.nextSequences(gathering: 100) == [1, 2, 3, 4])
    #expect(feed.counts.duplicates == 1)
    #expect(feed.observations.lastReceivedNanoseconds(.options) == 4)
    #expect(try feed.next(gathering: 100) == [])
    #expect(feed.frames.isEmpty)
    push(5)
    push(6)
    feed.marks.note(.lost, .options, at: 7)
    push(7)
    var steps: [[MarketEvent]] = []
    while let events = try feed.next(gathering: 100), !events.isEmpty { steps.append(events) }
    let kinds = steps.flatMap { $0 }.map { event in
      switch event {
      case .trade(let trade): "\(trade.sequence)"
      case .incident(let incident): "\(incident.kind) \(incident.time.milliseconds - LiveSourceTests.start)"
      default: "other"
      }
    }
    #expect(kinds == ["5", "6", "disconnected 6", "7"])
  }

  @Test func onlyFollowedUnderlyingsPass() throws {
    let feed = try Feed(followed: ["SPY"])
    let quote = LiveSourceTests.quote(LiveSourceTests.qqq, LiveSourceTests.start)
    for _ in 0..<2 {
      let sequence = feed.counts.filteredOut > 0 ? 3 : 1 as Int64
      let prints = [
        LiveSourceTests.print(LiveSourceTests.qqq, sequence, LiveSourceTests.start),
        LiveSourceTests.print(LiveSourceTests.spy, sequence + 1, LiveSourceTests.start),
      ]
      feed.push("[\(prints.joined(separator: ",")),\(quote)]")
      let events = try feed.next() ?? []
      #expect(events.count == 2)
      if case .trade(let trade) = events.first { #expect(trade.sequence == sequence + 1) }
    }
    #expect(feed.counts.filteredOut == 2 && feed.counts.duplicates == 0)
  }

  @Test func spotsAreLastPricesOfTheMarket() throws {
    let feed = try Feed(spots: ["SPY", "QQQ"])
    #expect(feed.observations.spot("SPY") == nil)
    let regular = #"{"ev":"T","sym":"SPY","x":4,"p":572.31,"s":100,"c":[14],"t":\#(LiveSourceTests.start),"q":1}"#
    let average = #"{"ev":"T","sym":"SPY","x":4,"p":999,"s":100,"c":[2],"t":\#(LiveSourceTests.start + 5),"q":2}"#
    feed.push("[\(regular),\(average)]", .equities)
    #expect(try feed.nextSequences() == [1, 2])
    let expected = FeedObservations.Spot(price: Price(cents: 57_231), time: LiveSourceTests.time(0))
    #expect(feed.observations.spot("SPY") == expected)
    #expect(feed.observations.spot("QQQ") == nil && feed.observations.spot("IWM") == nil)
  }

  @Test func damageIsReportedWithItsTimes() throws {
    let feed = try Feed()
    // Before the first event nobody knows when it was.
    feed.push("[{]")
    #expect(try feed.next() == [])
    #expect(feed.observations.damageReports == 0)
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start))]")
    #expect(try feed.nextSequences() == [1])
    #expect(feed.observations.damageReports == 1)
    let start = LiveSourceTests.time(0)
    #expect(
      feed.observations.takeDamage() == [FeedObservations.Damage(scope: .options, from: start, to: start)])
    // A bad event among good ones costs none of them.
    let bad = #"{"ev":"T","sym":"O:NOTHING","x":302,"p":1,"s":1,"t":1,"q":9}"#
    feed.push("[\(bad),\(LiveSourceTests.print(LiveSourceTests.spy, 2, LiveSourceTests.start + 3_000))]")
    #expect(try feed.nextSequences() == [2])
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 3, LiveSourceTests.start + 3_500))]")
    #expect(try feed.nextSequences() == [3])
    // Close to the last: one report, when the next good event tells how far it reaches.
    feed.push("not JSON")
    #expect(try feed.next() == [])
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 4, LiveSourceTests.start + 4_000))]")
    #expect(try feed.nextSequences() == [4])
    let damage = FeedObservations.Damage(
      scope: .options, from: start, to: LiveSourceTests.time(4_000))
    #expect(feed.observations.takeDamage() == [damage])
    #expect(feed.observations.takeDamage() == [] && feed.counts.damagedFrames == 3)
  }

  @Test func lostFramesAreDamage() throws {
    let feed = try Feed()
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start))]")
    let tooLong = [UInt8](repeating: 0x20, count: 1 << 17)
    for _ in 0..<2 {
      #expect(!tooLong.withUnsafeBufferPointer { feed.frames.push($0, tag: 2, receivedNanoseconds: 5) })
    }
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 2, LiveSourceTests.start + 700))]")
    #expect(try feed.nextSequences() == [1])
    #expect(feed.observations.takeDamage() == [])
    #expect(try feed.nextSequences() == [2])
    let damage = FeedObservations.Damage(
      scope: .options, from: LiveSourceTests.time(0), to: LiveSourceTests.time(700))
    #expect(feed.observations.takeDamage() == [damage])
    #expect(feed.counts.lostFrames == 2)
  }

  // MARK: Inbox

  static func row(_ sequence: Int64, _ offset: Int64) -> RecoveredPart.Row {
    .trade(
      Trade(
        time: time(offset), price: Price(cents: 125), sequence: sequence, instrument: InstrumentID(0), size: 3,
        venue: VenueID(302)))
  }
  static func part(_ gap: UInt32, _ symbol: String, _ rows: [RecoveredPart.Row]) throws -> LiveItem {
    .recovered(RecoveredPart(gap: gap, symbol: try #require(SymbolText(symbol)), rows: rows))
  }
  static func incident(_ kind: FeedIncident.Kind, gap: UInt32) -> FeedIncident {
    FeedIncident(kind: kind, time: time(5_000), scope: .options, gap: gap, from: time(0))
  }

  /// Everything the reader hands out until nothing waits.
  static func drain(_ feed: Feed) throws -> [MarketEvent] {
    var all: [MarketEvent] = []
    while let events = try feed.next(), !events.isEmpty { all += events }
    return all
  }

  @Test func recoveredPrintsAreMarkedAndCountedOnce() throws {
    let feed = try Feed()
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start))]")
    #expect(try feed.nextSequences() == [1])
    let quote = Quote(time: LiveSourceTests.time(1), bid: .zero, ask: Price(cents: 1), instrument: InstrumentID(0))
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFound, gap: 1)))
    feed.inbox.offer(
      try LiveSourceTests.part(
        1, LiveSourceTests.spy,
        [LiveSourceTests.row(1, 0), .quote(quote), LiveSourceTests.row(2, 2), LiveSourceTests.row(3, 4_000)]))
    feed.inbox.offer(try LiveSourceTests.part(1, LiveSourceTests.qqq, [LiveSourceTests.row(1, 3)]))
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFilled, gap: 1)))
    let events = try LiveSourceTests.drain(feed)
    var closed = LiveSourceTests.incident(.gapFilled, gap: 1)
    closed.count = 3
    #expect(events.count == 6)
    #expect(events.first == .incident(LiveSourceTests.incident(.gapFound, gap: 1)))
    #expect(events.last == .incident(closed))
    let trades = events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } }
    #expect(trades.map(\.sequence) == [2, 3, 1] && trades.allSatisfy { $0.flags == .backfilled })
    #expect(
      trades.map { feed.instruments[$0.instrument].symbol.description } == [
        LiveSourceTests.spy, LiveSourceTests.spy, LiveSourceTests.qqq,
      ])
    let quotes = events.compactMap { if case .quote(let quote) = $0 { quote } else { nil } }
    #expect(quotes.map(\.flags) == [.backfilled] && quotes.first?.instrument == trades.first?.instrument)
    #expect(feed.counts.recovered == 3 && feed.counts.recoveredAgain == 1)
    // What the socket still brings of it is nothing new.
    feed.push(
      "[\(LiveSourceTests.print(LiveSourceTests.spy, 3, LiveSourceTests.start + 4_000)),\(LiveSourceTests.print(LiveSourceTests.spy, 4, LiveSourceTests.start + 6_000))]"
    )
    #expect(try feed.nextSequences() == [4])
  }

  @Test func refusedSymbolsLeaveTheGapUnfilled() throws {
    let feed = try Feed()
    feed.inbox.offer(try LiveSourceTests.part(1, "O:NOTHING", [LiveSourceTests.row(1, 0)]))
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFilled, gap: 1)))
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFilled, gap: 2)))
    #expect(
      try LiveSourceTests.drain(feed) == [
        .incident(LiveSourceTests.incident(.gapUnfilled, gap: 1)),
        .incident(LiveSourceTests.incident(.gapFilled, gap: 2)),
      ])
    #expect(feed.counts.refusedSymbols == 1)
  }

  /// Closed is a gap when what was found for it has been handed over, not when it was asked for.
  @Test func aGapCountsAsClosedWhenItsLastRowIsThrough() throws {
    let feed = try Feed()
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFound, gap: 1)))
    let rows = (0..<5_000).map { LiveSourceTests.row(Int64($0) + 1, 1) }
    feed.inbox.offer(try LiveSourceTests.part(1, LiveSourceTests.spy, rows))
    feed.inbox.offer(.incident(LiveSourceTests.incident(.gapFilled, gap: 1)))
    _ = try feed.next()
    let before = feed.counts.gapsFilled
    let rest = try LiveSourceTests.drain(feed)
    #expect(before == 0 && feed.counts.gapsFilled == 1 && feed.counts.gapsUnfilled == 0)
    #expect(rest.count > 2_000)
  }

  @Test func referencesAreInterned() throws {
    let feed = try Feed()
    let values = ContractReference(time: LiveSourceTests.time(0), instrument: InstrumentID(63), openInterest: 12)
    let symbols = try [LiveSourceTests.spy, "O:NOTHING", LiveSourceTests.qqq].map { try #require(SymbolText($0)) }
    feed.inbox.offer(.references(symbols.map { NamedReference(symbol: $0, values: values) }))
    let events = try LiveSourceTests.drain(feed)
    let names = events.compactMap { event -> String? in
      guard case .reference(let reference) = event, reference.openInterest == 12 else { return nil }
      return feed.instruments[reference.instrument].symbol.description
    }
    #expect(names == [LiveSourceTests.spy, LiveSourceTests.qqq] && feed.counts.refusedSymbols == 1)
  }

  /// What is said about the end of a connection does not overtake the frames that came before it.
  @Test func itemsWaitForTheFramesBeforeThem() throws {
    let feed = try Feed()
    for number in 1...3 {
      feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, Int64(number), LiveSourceTests.start))]")
    }
    let lost = FeedIncident(kind: .disconnected, time: LiveSourceTests.time(1), scope: .options)
    feed.inbox.offer(.incident(lost))
    #expect(try feed.nextSequences() == [1])
    feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, 4, LiveSourceTests.start))]")
    #expect(try feed.nextSequences() == [2])
    #expect(try feed.nextSequences() == [3])
    #expect(try feed.next() == [.incident(lost)])
    #expect(try feed.nextSequences() == [4])
  }

  /// Whoever dies while it waits would leave a gap that nobody knows of.
  @Test func aGapIsOpenedBeforeFramesAndRowsThatWait() throws {
    let feed = try Feed()
    func incident(_ kind: FeedIncident.Kind, _ gap: UInt32) -> FeedIncident {
      FeedIncident(
        kind: kind, time: LiveSourceTests.time(500), scope: .options, gap: gap, from: LiveSourceTests.time(0))
    }
    feed.inbox.offer(.incident(incident(.gapFound, 1)))
    feed.inbox.offer(
      try LiveSourceTests.part(1, LiveSourceTests.qqq, (1...5_000).map { LiveSourceTests.row($0, $0 % 400) }))
    feed.inbox.offer(.incident(incident(.gapFilled, 1)))
    for number in 1...2 {
      feed.push("[\(LiveSourceTests.print(LiveSourceTests.spy, Int64(number), LiveSourceTests.start))]")
    }
    #expect(try feed.next() == [.incident(incident(.gapFound, 1))])
    #expect(try feed.nextSequences() == [1])
    feed.inbox.offer(.incident(incident(.gapFound, 2)))
    feed.inbox.offer(.incident(incident(.gapFound, 3)))
    #expect(try feed.next() == [.incident(incident(.gapFound, 2)), .incident(incident(.gapFound, 3))])
    #expect(try feed.nextSequences() == [2])
    // What closes a gap stays behind its rows, and a gap that is opened meanwhile goes between them.
    var rows: [Int64] = []
    while rows.count < 2_048 { rows += try feed.nextSequences() }
    feed.inbox.offer(.incident(incident(.gapFound, 4)))
    #expect(try feed.next() == [.incident(incident(.gapFound, 4))])
    var closed: FeedIncident?
    while closed == nil {
      for event in try feed.next() ?? [] {
        switch event {
        case .trade(let trade): rows.append(trade.sequence)
        case .incident(let incident): closed = incident
        default: break
        }
      }
    }
    #expect(rows == Array(1...5_000))
    #expect(closed?.kind == .gapFilled && closed?.gap == 1 && closed?.count == 5_000)
  }

  /// The bell ends the source's sleep.
  @Test func aFrameWakesTheSource() throws {
    let feed = try Feed()
    let frames = feed.frames
    let bell = feed.bell
    let text = Array("[\(LiveSourceTests.print(LiveSourceTests.spy, 1, LiveSourceTests.start))]".utf8)
    let thread = WorkerThread("pusher") {
      let isTaken = text.withUnsafeBufferPointer { frames.push($0, tag: 1, receivedNanoseconds: 1) }
      precondition(isTaken)
      bell.ring()
    }
    var sequences: [Int64] = []
    while sequences.isEmpty { sequences = try feed.nextSequences() }
    thread.join()
    #expect(sequences == [1])
  }
}
