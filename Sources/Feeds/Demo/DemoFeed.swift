import MarketModel
import OptionMath

/// An invented options market that looks and moves like the real one: five underlyings, their listed chains, two-sided quotes,
/// and order flow with sweeps, blocks, spreads, late prints and cancellations. It hands over the same frames as the vendor's
/// socket, at any hour, without end: after the close comes the next trading day's open.
///
/// Same settings, same bytes. Events inside are stamped with stream time and never run backwards; the pacing is the caller's.
/// Greeks and open interest of the whole chain come as reference events at each open and every 15 seconds of stream time.
public struct DemoFeed: FrameSource, ~Copyable, @unchecked Sendable {
  /// All underlyings of the invented market.
  public static var symbols: [String] { DemoListing.all.map(\.symbol) }

  /// `demo seed 7`.
  public let summary: String
  /// Names the content: two feeds with equal fingerprints hand over the same bytes.
  public let fingerprint: String

  let settings: DemoSettings
  let instruments: InstrumentTable
  /// Makes the flow of the chosen underlyings as much as that of all.
  let flowScale: Double
  var random: DemoRandom
  var underlyings: [DemoUnderlying]
  var chain: DemoChain
  var writer = DemoFrameWriter()
  var session: DemoSession
  /// Milliseconds since the session's open.
  var clock: Double
  /// Last moment the spots were moved to.
  var steppedTo: Double
  var marketTrend = 0.0
  var sequence: Int64 = 1000
  var stockTradeID: Int64 = 0
  var scheduled = DemoSchedule()
  var tape = DemoTape()
  var rates = DemoRates()
  private var nextArrival = Double.infinity
  private var nextMinute = 0.0
  private var nextReference = 0.0
  /// Next contract that still lacks its first quote of the day.
  private var opening = 0
  private var references: UnsafeMutableBufferPointer<MarketEvent>
  private var frameTarget = 0

  /// Interns the chain's symbols in `instruments`: make and pull the feed on the decoder's thread.
  public init(settings: DemoSettings, instruments: InstrumentTable) {
    self.settings = settings
    self.instruments = instruments
    summary = "demo seed \(settings.seed)"
    let listings = DemoListing.all.filter { settings.symbols.contains($0.symbol) }
    let isWhole = listings.count == DemoListing.all.count
    let choice = isWhole ? "" : "-symbols-" + listings.map(\.symbol).joined(separator: ",")
    fingerprint =
      "demo-2-seed-\(settings.seed)-start-\(settings.start.milliseconds)-intensity-\(settings.intensity)\(choice)"
    flowScale = isWhole ? 1 : 1 / listings.reduce(0) { $0 + $1.flowShare }
    var random = DemoRandom(seed: settings.seed)
    underlyings = listings.map { DemoUnderlying($0) }
    session = settings.sessionAfter(settings.start)
    chain = DemoChain(
      underlyings: underlyings, sessions: DemoFeed.calendar(from: session, settings), previous: [],
      instruments: instruments,
      random: &random)
    self.random = random
    references = .allocate(capacity: chain.contracts.count)
    clock = max(0, Double(settings.start - session.open) / 1e6)
    steppedTo = clock
    startSession()
  }

  deinit { references.deallocate() }

  public mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    while true {
      writer.begin()
      if opening < chain.contracts.count { return .frame(openingFrame()) }
      if clock >= nextReference { return .events(referenceEvents()) }
      fillFrame()
      if writer.events > 0 { return .frame(writer.finish()) }
      if dueTime >= sessionLength {
        closeMinute()
        if writer.events > 0 { return .frame(writer.finish()) }
        moveToNextSession()
      }
    }
  }

  // MARK: Time

  /// Milliseconds from open to close.
  var sessionLength: Double { Double(session.close - session.open) / 1e6 }
  /// Share of the session gone by.
  var sessionGone: Double { min(1, clock / sessionLength) }
  /// Stream time in Unix milliseconds.
  var now: Int64 { session.open.milliseconds + Int64(clock) }

  /// When something happens next, whatever it is.
  private var dueTime: Double { min(nextArrival, scheduled.nextTime, nextMinute, nextReference, sessionLength) }

  /// The session and enough of those after it to list three weekly expiries.
  private static func calendar(from session: DemoSession, _ settings: DemoSettings) -> [DemoSession] {
    var sessions = [session]
    while sessions.count < 18 {
      let following = settings.sessionAfter(sessions[sessions.count - 1].close)
      precondition(
        following.open >= sessions[sessions.count - 1].close, "DemoFeed: sessionAfter(close) gave a session before it")
      sessions.append(following)
    }
    return sessions
  }

  private mutating func startSession() {
    for index in underlyings.indices { underlyings[index].startDay() }
    scheduled.removeAll()
    tape.removeAll()
    if chain.contracts.count > references.count {
      references.deallocate()
      references = .allocate(capacity: chain.contracts.count)
    }
    opening = 0
    nextReference = clock
    nextMinute = (clock / 60_000).rounded(.down) * 60_000 + 60_000
    updateRates()
    nextArrival = clock + random.exponential() / rates.total * 1000
    reweigh()
  }

  private mutating func moveToNextSession() {
    session = settings.sessionAfter(session.close)
    clock = 0
    steppedTo = 0
    leapOvernight()
    chain = DemoChain(
      underlyings: underlyings, sessions: DemoFeed.calendar(from: session, settings), previous: chain.contracts,
      instruments: instruments, random: &random)
    startSession()
  }

  // MARK: Frames

  /// The day begins with a quote of everything.
  private mutating func openingFrame() -> UnsafeBufferPointer<UInt8> {
    if opening == 0 {
      for index in underlyings.indices { quoteStock(index) }
      for index in underlyings.indices { tradeStock(index) }
    }
    while writer.events < DemoFrameWriter.eventLimit, opening < chain.contracts.count {
      quote(opening, theoretical: theoreticalCents(opening))
      opening += 1
    }
    return writer.finish()
  }

  /// Gathers what happens within a few milliseconds, as the vendor's socket does.
  private mutating func fillFrame() {
    // An action writes at most six events; the vendor's frames are mostly short.
    frameTarget = 1 + min(33, Int(random.exponential() * 9))
    let flushAfter = clock + 5 + 35 * random.unit()
    while writer.events < frameTarget {
      let due = dueTime
      if due >= sessionLength || due >= nextReference { break }
      if writer.events > 0, due > flushAfter { return }
      advance(to: due)
      act(at: due)
    }
    if writer.events == 0 { advance(to: min(dueTime, sessionLength)) }
  }

  private mutating func act(at due: Double) {
    if due == nextMinute {
      closeMinute()
      nextMinute += 60_000
    } else if let leg = scheduled.pop(at: due) {
      tradeSweepLeg(leg)
    } else {
      order()
      nextArrival = clock + random.exponential() / rates.total * 1000
    }
  }

  private mutating func closeMinute() {
    for index in underlyings.indices where underlyings[index].minute.trades > 0 {
      writer.stockMinute(underlyings[index], start: now / 60_000 * 60_000 - 60_000)
      underlyings[index].minute = DemoMinute()
    }
  }

  mutating func nextSequence() -> Int64 {
    sequence += 1 + Int64(random.below(4))
    return sequence
  }

  // MARK: Reference data

  private mutating func referenceEvents() -> UnsafeBufferPointer<MarketEvent> {
    nextReference = clock + 15_000
    reweigh()
    var count = 0
    for contract in chain.contracts {
      guard let instrument = contract.instrument else { continue }
      let terms = surface(contract)
      let volatility = terms.volatility(contract.strike)
      let underlying = underlyings[contract.underlying]
      let value = BlackScholes.valuation(
        contract.right, spot: underlying.spot, strike: contract.strike, years: terms.years, volatility: volatility,
        rate: DemoSurface.rate, dividendYield: underlying.listing.dividendYield)
      let reference = ContractReference(
        time: Timestamp(milliseconds: now), instrument: instrument, deltaNanos: Int64((value.delta * 1e9).rounded()),
        gammaNanos: Int64((value.gamma * 1e9).rounded()), impliedVolatilityNanos: Int64((volatility * 1e9).rounded()),
        openInterest: contract.openInterest)
      references.initializeElement(at: count, to: .reference(reference))
      count += 1
    }
    return UnsafeBufferPointer(rebasing: references[..<count])
  }

  func surface(_ contract: DemoContract) -> DemoSurface {
    DemoSurface(
      underlyings[contract.underlying], sessionsAhead: contract.sessionsAhead, sessionGone: sessionGone,
      now: Timestamp(milliseconds: now), expiry: contract.expiry)
  }

  private mutating func reweigh() {
    let (underlyings, gone, time) = (underlyings, sessionGone, Timestamp(milliseconds: now))
    chain.reweigh { contract in
      DemoSurface(
        underlyings[contract.underlying], sessionsAhead: contract.sessionsAhead, sessionGone: gone, now: time,
        expiry: contract.expiry)
    }
  }
}
