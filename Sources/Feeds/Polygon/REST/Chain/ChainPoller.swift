import MarketModel
import Synchronization

/// What of a chain is read, and how often.
public struct ChainPollerSettings: Hashable, Sendable {
  public var intervalNanoseconds: Int64
  /// Expiries from today to so many days later.
  public var expiryDays: Int32
  /// Strikes so far from the spot, as a share of it: 0.1 is 10 % each side. 0: all strikes.
  public var strikeBand: Double

  /// SPY has about 1,500 contracts within the defaults, six pages; its whole chain has ten thousand.
  public init(intervalNanoseconds: Int64 = 45_000_000_000, expiryDays: Int32 = 7, strikeBand: Double = 0.1) {
    precondition(expiryDays >= 0, "ChainPollerSettings: \(expiryDays) days, at least 0 wanted")
    precondition((0..<1).contains(strikeBand), "ChainPollerSettings: band \(strikeBand), 0 up to 1 wanted")
    self.intervalNanoseconds = intervalNanoseconds
    self.expiryDays = expiryDays
    self.strikeBand = strikeBand
  }
}

/// Reads the chains of the followed underlyings over and over: greeks, open interest, spots. Cycles never overlap.
public final class ChainPoller: Sendable {
  private struct State {
    var schedule: ChainSchedule
    var spots: [String: Price] = [:]
    var cycles: Int64 = 0
  }
  private let state: Mutex<State>
  private let rest: PolygonREST
  private let settings: ChainPollerSettings
  private let marketNow: @Sendable () -> Timestamp
  private let deliver: @Sendable (ChainCycle) -> Void
  private let wakeUp = WakeUp()

  /// - Parameters:
  ///   - marketNow: the market's clock, which may show another day than the machine's.
  ///   - deliver: gets every complete cycle.
  public init(
    rest: PolygonREST, settings: ChainPollerSettings = ChainPollerSettings(),
    marketNow: @escaping @Sendable () -> Timestamp, deliver: @escaping @Sendable (ChainCycle) -> Void
  ) {
    self.rest = rest
    self.settings = settings
    self.marketNow = marketNow
    self.deliver = deliver
    state = Mutex(State(schedule: ChainSchedule(intervalNanoseconds: settings.intervalNanoseconds)))
  }

  // MARK: From outside, any thread

  /// Follows exactly these underlyings, as the vendor writes them (`SPY`, `I:SPX`).
  public func follow(_ underlyings: [String]) {
    state.withLock { $0.schedule.follow(underlyings, at: rest.clock.now()) }
    wakeUp.ring()
  }

  /// The strike window moved: the chain is wanted now.
  public func demand(_ underlying: String) {
    state.withLock { $0.schedule.demand(underlying, at: rest.clock.now()) }
    wakeUp.ring()
  }

  /// A fresher spot than the chain's, for the middle of the strikes.
  public func noteSpot(_ underlying: String, _ price: Price) {
    guard price > .zero else { return }
    state.withLock { $0.spots[underlying] = price }
  }

  /// How each chain stands now.
  public var states: [ChainState] { state.withLock { $0.schedule.states(at: rest.clock.now()) } }

  /// Complete cycles so far.
  public var cycles: Int64 { state.withLock { $0.cycles } }

  // MARK: The loop

  /// Reads until the task is cancelled. To be run once.
  public func run() async {
    while !Task.isCancelled {
      switch state.withLock({ $0.schedule.next(at: rest.clock.now()) }) {
      case .start(let underlying): await cycle(underlying)
      case .wait(let until): await wakeUp.wait(until: until, by: rest.clock)
      case .idle: await wakeUp.wait(until: nil, by: rest.clock)
      }
    }
  }

  private func cycle(_ underlying: String) async {
    do throws(PolygonRESTError) {
      let cycle = try await read(underlying)
      state.withLock { state in
        if let spot = cycle.spot { state.spots[underlying] = spot.price }
        state.cycles += 1
        state.schedule.completed(underlying, at: rest.clock.now())
      }
      deliver(cycle)
    } catch {
      var notBefore: Int64?
      if case .suspended(let until) = error.kind { notBefore = until }
      state.withLock {
        $0.schedule.failed(underlying, error.description, at: rest.clock.now(), notBefore: notBefore)
      }
    }
  }

  private func read(_ underlying: String) async throws(PolygonRESTError) -> ChainCycle {
    let today = NewYorkTime(marketNow()).date
    let last = MarketDate(daysSinceEpoch: today.daysSinceEpoch + settings.expiryDays)
    var request = ChainRequest(underlying: underlying, expiries: today...last)
    request.strikes = try await strikes(request)
    var cycle = ChainCycle(underlying: underlying)
    for try await page in rest.chain(request) { cycle.add(page, asOf: marketNow()) }
    return cycle
  }

  /// Around the spot; one row of the chain tells it when nobody did before. Nil, for all strikes, when that has none either.
  private func strikes(_ request: ChainRequest) async throws(PolygonRESTError) -> ClosedRange<Price>? {
    guard settings.strikeBand > 0 else { return nil }
    var spot = state.withLock { $0.spots[request.underlying] }
    if spot == nil {
      var probe = request
      probe.pageRows = 1
      let row = try await rest.chain(probe).firstPage().rows.first
      spot = row.flatMap { ChainSpot($0, asOf: .none)?.price }
    }
    guard let spot else { return nil }
    let reach = Int64((Double(spot.micros) * settings.strikeBand).rounded())
    return Price(micros: spot.micros - reach)...Price(micros: spot.micros + reach)
  }
}
