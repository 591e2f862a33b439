import FlowEngine
import MarketModel
import Testing

@testable import Feeds

/// The door between sources and the engine.
@Suite struct FeedReaderTests {
  /// Hands over prepared items; a frame is a line of text.
  struct Prepared: FrameSource, ~Copyable {
    enum Item {
      case frame(String)
      case events([MarketEvent])
      case failure(String)
    }
    let summary = "prepared"
    private var items: [Item]
    var hasFrameAtHand: Bool { if case .frame = items.last { true } else { false } }
    private let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4096)
    private let events = UnsafeMutableBufferPointer<MarketEvent>.allocate(capacity: 16)

    init(_ items: [Item]) {
      self.items = items.reversed()
      bytes.initialize(repeating: 0)
    }

    deinit {
      bytes.deallocate()
      events.deallocate()
    }

    mutating func next() throws(FrameSourceError) -> FrameSourceItem {
      switch items.popLast() {
      case nil: return .end
      case .failure(let text): throw FrameSourceError(text)
      case .frame(let text):
        _ = bytes.update(fromContentsOf: Array(text.utf8))
        return .frame(UnsafeBufferPointer(rebasing: bytes[..<text.utf8.count]))
      case .events(let list):
        _ = events.update(fromContentsOf: list)
        return .events(UnsafeBufferPointer(rebasing: events[..<list.count]))
      }
    }
  }

  /// Copies of what a reader hands out, for expectations.
  final class Reader {
    private var reader: FeedReader<Prepared>
    init(_ reader: consuming FeedReader<Prepared>) { self.reader = reader }
    /// The next batch; nil at the end.
    func next(gathering most: Int = 0) throws -> [MarketEvent]? {
      try reader.next(gathering: most) ? Array(reader.batch.events) : nil
    }
    func inject(_ text: String) -> [MarketEvent] {
      let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: frameSourcePadding)
      var injected = EventBatch()
      bytes.withUnsafeBufferPointer {
        reader.inject(UnsafeBufferPointer(rebasing: $0.dropLast(frameSourcePadding)), into: &injected)
      }
      return Array(injected.events)
    }
    var frames: Int64 { reader.decoder.counters.frames }
    var remainder: Int { reader.batch.count }
  }

  static func quote(_ milliseconds: Int64) -> MarketEvent {
    .quote(Quote(time: Timestamp(milliseconds: milliseconds), bid: .zero, ask: .zero, instrument: InstrumentID(0)))
  }

  @Test func framesEventsAndTheEndComeInOrder() throws {
    let instruments = InstrumentTable(capacity: 16)
    let source = Prepared([
      .frame("[\(PolygonText.trade(time: "1765895400000"))]"), .events([Self.quote(1_765_895_400_999)]), .frame("[]"),
    ])
    let reader = Reader(FeedReader(source: source, instruments: instruments))
    let first = try #require(try reader.next())
    #expect(first.count == 2)
    #expect(first[1] == .clock(Timestamp(seconds: 1_765_895_400)))
    // Still within the second.
    #expect(try reader.next() == [Self.quote(1_765_895_400_999)])
    #expect(try reader.next() == [])
    #expect(
      try reader.next() == [.incident(FeedIncident(kind: .ended, time: Timestamp(milliseconds: 1_765_895_400_999)))])
    #expect(try reader.next() == nil)
    #expect(reader.remainder == 0)
    #expect(reader.frames == 2)
  }

  /// What is gathered is what comes frame by frame; what is no frame is a step of its own, and so many events are enough.
  @Test func framesAtHandAreGathered() throws {
    let items: [Prepared.Item] =
      (0..<7).map { .frame("[\(PolygonText.trade(time: "\(1_765_895_400_000 + 400 * $0)"))]") } + [
        .events([Self.quote(1_765_895_402_999)]), .frame("[]"),
        .frame("[\(PolygonText.trade(time: "1765895403000"))]"),
      ]
    func steps(gathering most: Int) throws -> [[MarketEvent]] {
      let reader = Reader(FeedReader(source: Prepared(items), instruments: InstrumentTable(capacity: 16)))
      var steps: [[MarketEvent]] = []
      while let events = try reader.next(gathering: most) { steps.append(events) }
      #expect(reader.frames == 9)
      return steps
    }
    let single = try steps(gathering: 0)
    #expect(single.count == 11)
    let gathered = try steps(gathering: 1_000)
    #expect(gathered.map(\.count) == [10, 1, 2, 1])
    #expect(gathered.flatMap { $0 } == single.flatMap { $0 })
    let few = try steps(gathering: 3)
    #expect(few.flatMap { $0 } == single.flatMap { $0 })
    #expect(few.dropLast().allSatisfy { $0.count <= 4 })
  }

  @Test func failuresComeThrough() {
    let reader = Reader(FeedReader(source: Prepared([.failure("broken")]), instruments: InstrumentTable(capacity: 16)))
    #expect(throws: FrameSourceError.self) { try reader.next() }
    #expect(FrameSourceError("broken").description == "broken")
  }

  @Test func injectedFramesTakeTheSameDoor() throws {
    let reader = Reader(FeedReader(source: Prepared([]), instruments: InstrumentTable(capacity: 16)))
    let events = reader.inject("[\(PolygonText.trade())]")
    #expect(events.count == 2)
    guard case .trade(let trade) = events.first else {
      Issue.record("no trade")
      return
    }
    #expect(trade.flags == .injected)
  }
}

@Suite struct StreamClockTests {
  static func ticks(_ milliseconds: [Int64]) -> [Int64] {
    var clock = StreamClock()
    var batch = EventBatch(capacity: 1)
    var seconds: [Int64] = []
    for time in milliseconds {
      batch.removeAll()
      batch.append(FeedReaderTests.quote(time))
      clock.tick(&batch, from: 0)
      if case .clock(let time) = batch.events[batch.count - 1] { seconds.append(time.milliseconds) }
    }
    return seconds
  }

  @Test func oncePerSecondOfStreamTime() {
    #expect(Self.ticks([1500, 1600, 1999, 2000, 2000, 5001, 4000, 5999, 6000]) == [1000, 2000, 5000, 6000])
  }

  @Test func tradesQuotesAndBarsMoveItOthersDoNot() {
    var clock = StreamClock()
    var batch = EventBatch(capacity: 1)
    clock.tick(&batch, from: 0)
    let time = Timestamp(seconds: 9)
    let still: [MarketEvent] = [
      .reference(ContractReference(time: time, instrument: InstrumentID(0))), .clock(time),
      .incident(FeedIncident(kind: .connected, time: time)),
    ]
    for event in still {
      batch.append(event)
      clock.tick(&batch, from: 0)
    }
    #expect(batch.count == still.count)
    batch.append(.trade(Trade(time: time, price: .zero, instrument: InstrumentID(0), size: 1)))
    clock.tick(&batch, from: batch.count)
    #expect(batch.count == still.count + 1)
    clock.tick(&batch, from: still.count)
    #expect(batch.events[batch.count - 1] == .clock(time))
    // A bar stands for its end.
    let bar = Bar(
      start: time, open: .zero, high: .zero, low: .zero, close: .zero, volume: 0, instrument: InstrumentID(0),
      lengthSeconds: 60)
    batch.append(.bar(bar))
    clock.tick(&batch, from: batch.count - 1)
    #expect(batch.events[batch.count - 1] == .clock(Timestamp(seconds: 69)))
    #expect(clock.time == Timestamp(seconds: 69))
  }

  @Test func oneStampFromTheFutureDoesNotSilenceIt() {
    let far: Int64 = 4_000_000_000_000
    #expect(Self.ticks([1_765_895_400_000, far, 1_765_895_401_000]) == [1_765_895_400_000, 1_765_895_401_000])
    #expect(Self.ticks([1_765_895_400_000, far, far + 1000]) == [1_765_895_400_000, far + 1000])
  }

  /// A frame that ends in a wild stamp: neither the engine nor the clock may take it for the time, nor the one for a
  /// confirmation of the other.
  @Test func aWildStampAtTheEndOfAFrameChangesNothingBehindTheDoor() throws {
    let instruments = InstrumentTable(capacity: 16)
    let frames = ["1765895400000", "3900000000000", "1765895460000"].map {
      FeedReaderTests.Prepared.Item.frame("[\(PolygonText.trade(time: $0))]")
    }
    let reader = FeedReaderTests.Reader(
      FeedReader(source: FeedReaderTests.Prepared(frames), instruments: instruments))
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    while let events = try reader.next() { events.withUnsafeBufferPointer { engine.process($0, into: &outputs) } }
    #expect(engine.streamTime == Timestamp(milliseconds: 1_765_895_460_000))
    #expect(engine.counters.doubtedTimes == 1)
    #expect(outputs.outputs.count { if case .sessionReset = $0 { true } else { false } } == 1)
  }
}

@Suite struct EventBatchTests {
  @Test func growsAndKeepsItsEvents() {
    var batch = EventBatch(capacity: 1)
    for i in 0..<1000 { batch.append(FeedReaderTests.quote(Int64(i))) }
    #expect(batch.count == 1000)
    #expect(Array(batch.events) == (0..<1000).map { FeedReaderTests.quote(Int64($0)) })
    batch.truncate(to: 3)
    #expect(Array(batch.events) == (0..<3).map { FeedReaderTests.quote(Int64($0)) })
    batch.removeAll()
    #expect(batch.events.isEmpty)
  }

  @Test func withoutRoomItTraps() async {
    await #expect(processExitsWith: .failure) { _ = EventBatch(capacity: 0) }
  }
}
