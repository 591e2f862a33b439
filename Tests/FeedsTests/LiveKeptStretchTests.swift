import MarketModel
import Testing

@testable import Feeds

/// What lies in a gap is remembered until history has been asked for it, however much comes meanwhile.
@Suite struct LiveKeptStretchTests {
  private let instruments = InstrumentTable(capacity: 64)
  private let option: InstrumentID
  private let stock: InstrumentID

  init() throws {
    stock = try #require(instruments.intern("SPY"))
    option = try #require(instruments.intern(LiveSourceTests.spy))
  }

  private func ledger(newest: Int = 4, kept: Int = 1 << 20) -> TradeLedger {
    TradeLedger(capacity: newest, keptLimit: kept, instruments: instruments)
  }

  private func trade(_ instrument: InstrumentID, _ sequence: Int64, _ seconds: Int64, price: Int64 = 100) -> Trade {
    LiveTradeLedgerTests.trade(
      instrument.rawValue, sequence, milliseconds: LiveSourceTests.start + seconds * 1_000, price: price)
  }

  private func time(_ seconds: Int64) -> Timestamp { LiveSourceTests.time(seconds * 1_000) }

  private func gap(
    _ kind: FeedIncident.Kind, _ number: UInt32, from: Int64, to: Int64, scope: FeedIncident.Scope = .options
  ) -> FeedIncident {
    FeedIncident(kind: kind, time: time(to), scope: scope, gap: number, from: time(from))
  }

  /// Prints that came, one a second; the number is the second.
  private func fill(_ ledger: inout TradeLedger, _ seconds: ClosedRange<Int64>, of instrument: InstrumentID) {
    for second in seconds {
      let isNew = ledger.admit(trade(instrument, second + 1, second))
      #expect(isNew)
    }
  }

  /// Seconds whose print history brings again and is taken for new.
  private func new(
    _ ledger: inout TradeLedger, _ seconds: ClosedRange<Int64>, of instrument: InstrumentID, gap: UInt32
  ) -> [Int64] {
    seconds.filter { ledger.admit(trade(instrument, $0 + 1, $0), recoveredFor: gap) }
  }

  @Test func aGapIsToldHoweverMuchComesBehindIt() {
    var ledger = ledger()
    fill(&ledger, 0...9, of: option)
    ledger.note(FeedIncident(kind: .disconnected, time: time(9), scope: .options))
    // Missed: 10 to 19.
    fill(&ledger, 20...21, of: option)
    ledger.note(gap(.gapFound, 1, from: 9, to: 21))
    fill(&ledger, 22...20_000, of: option)
    #expect(ledger.forgottenUntil >= time(19_000))
    let known = (7...23).map { ledger.remembers(time($0), .options) }
    #expect(known == Array(repeating: true, count: known.count))
    #expect(new(&ledger, 7...23, of: option, gap: 1) == Array(10...19))
    ledger.note(gap(.gapFilled, 1, from: 9, to: 21))
    let isKnown = ledger.remembers(time(15), .options)
    #expect(!isKnown)
  }

  /// What history brought for a gap must not come again with the next one that touches it.
  @Test func recoveredPrintsAreRememberedForTheNextGap() {
    var ledger = ledger()
    fill(&ledger, 0...3, of: option)
    ledger.note(gap(.gapFound, 1, from: 3, to: 200))
    #expect(new(&ledger, 4...199, of: option, gap: 1) == Array(4...199))
    ledger.note(gap(.gapFound, 2, from: 100, to: 300))
    ledger.note(gap(.gapFilled, 1, from: 3, to: 200))
    fill(&ledger, 300...400, of: option)
    #expect(new(&ledger, 100...299, of: option, gap: 2) == Array(200...299))
  }

  /// A print without a number is told by what it looks like, as long as its gap is open.
  @Test func printsWithoutNumbersAreToldAsLong() {
    var ledger = ledger()
    let first = ledger.admit(trade(option, 0, 10))
    ledger.note(gap(.gapFound, 1, from: 10, to: 20))
    fill(&ledger, 30...90, of: option)
    let results = [
      ledger.admit(trade(option, 0, 10), recoveredFor: 1), ledger.admit(trade(option, 0, 10), recoveredFor: 1),
      ledger.admit(trade(option, 0, 15, price: 7), recoveredFor: 1),
    ]
    #expect(first && results == [false, true, true])
  }

  /// One stream that is away for hours does not make the other's prints pile up.
  @Test func aStretchIsOfItsStream() {
    var ledger = ledger()
    fill(&ledger, 0...9, of: stock)
    ledger.note(FeedIncident(kind: .disconnected, time: time(0), scope: .options))
    fill(&ledger, 10...99, of: stock)
    let known = [ledger.remembers(time(50), .options), ledger.remembers(time(50), .equities)]
    #expect(known == [true, false])
    #expect(new(&ledger, 50...50, of: stock, gap: 1) == [50])
  }

  /// What was forgotten before anybody knew of a gap stays unknown.
  @Test func whatIsForgottenAlreadyIsNotKnown() {
    var ledger = ledger()
    fill(&ledger, 0...99, of: option)
    ledger.note(gap(.gapFound, 1, from: 50, to: 60))
    fill(&ledger, 100...199, of: option)
    let known = [ledger.remembers(time(55), .options), ledger.gaps(at: time(55), .options) == [1]]
    #expect(known == [false, true])
  }

  /// Beyond the bound the oldest goes, and is not taken for known.
  @Test func theBoundIsKept() {
    var ledger = ledger(kept: 64)
    ledger.note(FeedIncident(kind: .disconnected, time: time(1), scope: .options))
    fill(&ledger, 1...500, of: option)
    let times = (Int64(1)...500).filter { ledger.remembers(time($0), .options) }
    #expect(times.count >= 20 && times.count <= 68)
    #expect(times == Array((501 - Int64(times.count))...500))
    #expect(new(&ledger, times[0]...500, of: option, gap: 1).isEmpty)
  }

  /// Read for several gaps at once: what cannot be told leaves those open that it belongs to.
  @Test func aRestartKnowsWhatItsOpenGapsNeed() {
    var standing = LiveStanding()
    let found = gap(.gapFound, 3, from: 40, to: 50)
    let events: [MarketEvent] = [.trade(trade(option, 41, 40)), .incident(found), .trade(trade(option, 61, 60))]
    events.withUnsafeBufferPointer { standing.note($0, receivedNanoseconds: 1, instruments: instruments) }
    var memory = LiveMemory(instruments: instruments, standing: standing)
    #expect(memory.neededFrom.map { $0 <= time(38) } == true)
    // Not played from so far back: what is older cannot be told.
    memory.forget(until: time(45))
    let known = [44, 45, 46, 47].map { memory.ledger.remembers(time($0), .options) }
    #expect(known == [false, false, true, true])
  }
}
