import MarketModel
import Testing

@testable import Feeds

@Suite struct RESTChainPollerTests {
  private static let marketNow = Timestamp(nanoseconds: TestClock.wallStart)

  /// Runs the poller until `count` cycles have come.
  private func cycles(
    _ count: Int, of peer: RESTVendorPeer, settings: ChainPollerSettings, clock: TestClock = TestClock(),
    client: PolygonREST? = nil, whileRunning: (ChainPoller) -> Void = { _ in }
  ) async -> ([ChainCycle], ChainPoller) {
    let collected = Collected<ChainCycle>()
    let poller = ChainPoller(
      rest: client ?? peer.client(clock: clock), settings: settings, marketNow: { Self.marketNow },
      deliver: { collected.add($0) })
    whileRunning(poller)
    let running = Task { await poller.run() }
    var left = count
    _ = await collected.first { _ in
      left -= 1
      return left == 0
    }
    running.cancel()
    await running.value
    return (Array(collected.all.prefix(count)), poller)
  }

  @Test func aCycleReadsTheStrikesAroundTheSpot() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["SPY": [613, 400]]])
    let (cycles, poller) = await cycles(1, of: peer, settings: ChainPollerSettings()) { $0.follow(["SPY"]) }
    let cycle = try #require(cycles.first)
    #expect(cycle.underlying == "SPY")
    #expect(cycle.contracts.count == 81)
    #expect(cycle.contracts.first?.option.strike == Price(cents: 36_000))
    #expect(cycle.contracts.last?.option.strike == Price(cents: 44_000))
    #expect(cycle.spot?.price == Price(cents: 40_000))
    #expect(cycle.spot?.time == Timestamp(nanoseconds: 1_765_893_001_000_000_000))
    let paths = try await peer.log().map(\.path)
    #expect(paths[0].contains("limit=1"))
    #expect(paths[1].contains("expiration_date.gte=2025-12-16&expiration_date.lte=2025-12-23"))
    #expect(paths[1].contains("strike_price.gte=360&strike_price.lte=440"))
    #expect(poller.states.first?.ageNanoseconds != nil)
  }

  @Test func referencesKeepWhatIsUnknownApart() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["SPY": [613, 0]]])
    let (cycles, _) = await cycles(1, of: peer, settings: ChainPollerSettings()) { $0.follow(["SPY"]) }
    let cycle = try #require(cycles.first)
    // Nobody knows the spot: all strikes, three pages.
    #expect(cycle.pages == 3)
    #expect(cycle.spot == nil)
    try #require(cycle.references.count == 613)
    let (known, unknown) = (cycle.references[0].values, cycle.references[1].values)
    #expect(known.deltaNanos == 500_000_000)
    #expect(known.gammaNanos == 10_000_000)
    #expect(known.thetaNanos == -250_000_000)
    #expect(known.vegaNanos == 125_000_000)
    #expect(known.impliedVolatilityNanos == 350_000_000)
    #expect(known.openInterest == 0)
    #expect(known.time == Self.marketNow)
    #expect(unknown.deltaNanos == ContractReference.unknown)
    #expect(unknown.impliedVolatilityNanos == ContractReference.unknown)
    #expect(unknown.openInterest == 1)
    #expect(unknown.time == Timestamp(nanoseconds: 1_765_893_000_123_456_789))
    #expect(cycle.references[1].symbol.description == "O:SPY251219C00101000")
  }

  @Test func cyclesComeEveryInterval() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["SPY": [10, 105], "I:SPX": [10, 105]]])
    let clock = TestClock()
    let (cycles, _) = await cycles(6, of: peer, settings: ChainPollerSettings(), clock: clock) {
      $0.follow(["SPY", "I:SPX"])
      $0.noteSpot("SPY", Price(cents: 10_500))
    }
    #expect(cycles.map(\.underlying) == ["SPY", "I:SPX", "SPY", "I:SPX", "SPY", "I:SPX"])
    #expect(clock.elapsed >= 90_000_000_000)
    // SPY's spot was told; the index's is asked for once.
    let paths = try await peer.log().map(\.path)
    #expect(paths.filter { $0.contains("limit=1") && !$0.contains("limit=10") }.count == 1)
  }

  @Test func failedCyclesShowAndHeal() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control([
      "generate": ["SPY": [613, 0]],
      // The second page of the first cycle, and all retries of it.
      "faults": [["after": 2, "count": 4, "status": 500, "body": "oops"]],
    ])
    let clock = TestClock()
    let (cycles, poller) = await cycles(1, of: peer, settings: ChainPollerSettings(), clock: clock) {
      $0.follow(["SPY"])
    }
    #expect(cycles.first?.contracts.count == 613)
    #expect(clock.elapsed >= 45_000_000_000)
    #expect(poller.states.first?.lastError == nil)
  }

  @Test func aChainThatIsNotInThePlanSaysSo() async throws {
    let peer = try RESTVendorPeer()
    let refusal: [Any] = [403, ["status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."]]
    try await peer.control([
      "generate": ["QQQ": [3, 101]], "fixed": ["/v3/snapshot/options/SPY": refusal],
    ])
    let (cycles, poller) = await cycles(2, of: peer, settings: ChainPollerSettings()) { $0.follow(["SPY", "QQQ"]) }
    #expect(cycles.map(\.underlying) == ["QQQ", "QQQ"])
    let state = try #require(poller.states.first)
    #expect(state.ageNanoseconds == nil)
    #expect(state.lastError?.contains("You are not entitled to this data.") == true)
  }
}
