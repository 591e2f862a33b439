import MarketModel
import OptionMath
import Testing

@testable import FlowEngine

/// Which greeks a print carries, and where they come from.
@Suite struct GreeksTests {
  /// The contracts of `EngineRun` are settled on Tuesday at 16:00.
  static let settlement = Timestamp(
    newYork: TradingCalendar.nextSession(after: TradingCalendar.tradingDay(containing: EngineRun.start)), hour: 16)
  static let years = DayCount.years(from: EngineRun.start, to: settlement)

  private func spot(_ milliseconds: Int64, _ cents: Int64) -> MarketEvent {
    trade(milliseconds, cents, EngineRun.stock, conditions: [])
  }

  /// Greeks by Black-Scholes for a call at 572 with the mid at so many cents.
  private func expected(
    _ right: OptionRight = .call, mid cents: Double, spot: Double, years: Double = GreeksTests.years, rate: Double = 0,
    yield: Double = 0
  ) throws -> (volatility: Double, greeks: OptionGreeks) {
    let volatility = try #require(
      ImpliedVolatility.onSpot(
        right, price: cents / 100, spot: spot, strike: 572, years: years, rate: rate, dividendYield: yield))
    return (
      volatility,
      .onSpot(
        right, spot: spot, strike: 572, years: years, volatility: volatility, rate: rate, dividendYield: yield)
    )
  }

  private func expectGreeks(
    _ print: LabeledPrint?, _ expected: (volatility: Double, greeks: OptionGreeks),
    at location: SourceLocation = #_sourceLocation
  ) {
    guard let print, print.greeksSource == .ownQuote else {
      Issue.record("no own greeks: \(String(describing: print))", sourceLocation: location)
      return
    }
    #expect(abs(Double(print.impliedVolatilityNanos) / 1e9 - expected.volatility) < 2e-9, sourceLocation: location)
    #expect(abs(Double(print.deltaNanos) / 1e9 - expected.greeks.delta) < 2e-9, sourceLocation: location)
    #expect(abs(Double(print.gammaNanos) / 1e9 - expected.greeks.gamma) < 2e-9, sourceLocation: location)
  }

  // MARK: Own

  @Test func greeksComeFromTheMiddleOfTheQuoteAtThePrint() throws {
    let run = EngineRun()
    run.feed(spot(0, 57_150), quote(0, 190, 200), trade(0, 200, size: 3))
    expectGreeks(run.outputs.prints.last, try expected(mid: 195, spot: 571.50))
    let print = try #require(run.outputs.prints.last)
    #expect(print.netDeltaNanos == 3 * print.deltaNanos && print.deltaNanos > 0)
    #expect(run.contract(EngineRun.call)?.netGammaNanos == 3 * print.gammaNanos)
    // Two seconds later, by two prices that have moved.
    run.feed(spot(2_000, 57_240), quote(2_000, 150, 160, EngineRun.put), trade(2_000, 155, EngineRun.put))
    let years = DayCount.years(
      from: EngineRun.start.adding(nanoseconds: 2_000_000_000), to: GreeksTests.settlement)
    expectGreeks(run.outputs.prints.last, try expected(.put, mid: 155, spot: 572.40, years: years))
    // A stock print has none.
    #expect(run.outputs.prints.last { $0.trade.instrument == EngineRun.stock }?.greeksSource == GreeksSource.none)
  }

  @Test func rateAndYieldAreTheConfigured() throws {
    var configuration = FlowConfiguration()
    configuration.greeks?.rate = 0.05
    configuration.greeks?.dividendYield = 0.01
    let run = EngineRun(configuration)
    run.feed(spot(0, 57_150), quote(0, 190, 200), trade(0, 200))
    expectGreeks(run.outputs.prints.last, try expected(mid: 195, spot: 571.50, rate: 0.05, yield: 0.01))
  }

  /// Call 3.00 to 3.10, put 1.95 to 2.05: by parity the forward lies between 572.95 and 573.15.
  @Test func withoutAPriceOfTheUnderlyingParityGivesTheForward() throws {
    let run = EngineRun()
    run.feed(quote(0, 300, 310), trade(0, 310), quote(0, 195, 205, EngineRun.put), trade(1, 310))
    #expect(run.outputs.prints.first?.greeksSource == GreeksSource.none)
    let years = DayCount.years(from: EngineRun.start.adding(nanoseconds: 1_000_000), to: GreeksTests.settlement)
    expectGreeks(run.outputs.prints.last, try expected(mid: 305, spot: 573.05, years: years))
  }

  @Test func parityOverrulesAPriceThatContradictsIt() throws {
    let run = EngineRun()
    run.feed(quote(0, 300, 310), quote(0, 195, 205, EngineRun.put))
    // Within the bounds the price of the underlying is finer.
    run.feed(spot(0, 57_300), trade(0, 310))
    expectGreeks(run.outputs.prints.last, try expected(mid: 305, spot: 573))
    run.feed(spot(0, 57_400), trade(0, 310))
    expectGreeks(run.outputs.prints.last, try expected(mid: 305, spot: 573.05))
    // An old price says nothing.
    run.feed(quote(70_000, 300, 310), quote(70_000, 195, 205, EngineRun.put), trade(70_000, 310))
    let years = DayCount.years(from: EngineRun.start.adding(nanoseconds: 70_000_000_000), to: GreeksTests.settlement)
    expectGreeks(run.outputs.prints.last, try expected(mid: 305, spot: 573.05, years: years))
  }

  /// Many strikes: the narrowest common bounds of the three pairs nearest the money, found from any strike.
  @Test func theForwardIsThatOfTheStrikesNearestTheMoney() throws {
    var symbols: [String] = []
    for strike in 550...600 where strike != 572 {
      symbols += ["O:SPY251216C00\(strike)000", "O:SPY251216P00\(strike)000"]
    }
    let run = EngineRun(more: symbols)
    func id(_ symbol: String) throws -> InstrumentID { try #require(run.instruments.intern(symbol)) }
    for strike in 550...600 {
      let value = { (right: OptionRight) in
        Int64(
          (BlackScholes.price(right, spot: 585.2, strike: Double(strike), years: Self.years, volatility: 0.2) * 100)
            .rounded())
      }
      // Spreads widen away from the money.
      let half = Int64(1 + abs(strike - 585))
      let (call, put) = (value(.call) + 100, value(.put) + 100)
      run.feed(
        quote(0, call - half, call + half, try id("O:SPY251216C00\(strike)000")),
        quote(0, put - half, put + half, try id("O:SPY251216P00\(strike)000")))
    }
    var volatilities: [Int64] = []
    for strike in [551, 572, 585, 600] {
      let put = try id("O:SPY251216P00\(strike)000")
      run.feed(trade(0, 100, put))
      let print = try #require(run.outputs.prints.last)
      #expect(print.greeksSource == .ownQuote)
      let bounds = try #require(
        run.engine.greeks.chains[0].forward(
          near: Double(strike), isRough: true, growth: 1, oldest: .none, run.engine.contracts))
      #expect(abs(bounds.middle - 585.2) < 0.02 && bounds.high - bounds.low < 0.05, "\(strike): \(bounds)")
      volatilities.append(print.impliedVolatilityNanos)
    }
    #expect(volatilities.allSatisfy { $0 > 0 })
  }

  // MARK: None

  @Test func whatCannotBeSolvedIsUnknown() throws {
    let unknown = ContractReference.unknown
    let run = EngineRun(more: ["O:SPY251215C00572000"])
    func expectNone(_ events: MarketEvent..., at location: SourceLocation = #_sourceLocation) {
      run.feed(events)
      let print = run.outputs.prints.last
      #expect(print?.greeksSource == GreeksSource.none, sourceLocation: location)
      #expect(print?.deltaNanos == unknown && print?.gammaNanos == unknown, sourceLocation: location)
      #expect(print?.impliedVolatilityNanos == unknown && print?.netDeltaNanos == 0, sourceLocation: location)
    }
    expectNone(spot(0, 58_000), trade(1, 900))
    // Below the intrinsic value of 8.00.
    expectNone(quote(2, 700, 790), trade(3, 790))
    // Nobody bids; crossed.
    expectNone(quote(4, 0, 900), trade(5, 900))
    expectNone(quote(6, 910, 900), trade(7, 900))
    run.feed(quote(8, 890, 900), trade(9, 900))
    #expect(run.outputs.prints.last?.greeksSource == .ownQuote)
    // The quote is stale.
    run.feed(spot(400_000, 58_000))
    expectNone(trade(400_001, 900))
    // After the settlement of today's contract at 16:00.
    let today = InstrumentID(3)
    let close: Int64 = 5 * 3_600_000 + 30 * 60_000
    run.feed(spot(close - 1, 57_300), quote(close - 1, 100, 110, today), trade(close - 1, 110, today))
    #expect(run.outputs.prints.last?.greeksSource == .ownQuote)
    expectNone(spot(close, 57_300), quote(close, 100, 110, today), trade(close, 110, today))
  }

  /// What a live feed says of a contract whose quotes it no longer has: a quote without bid and ask.
  @Test func aQuoteOfNothingIsNone() throws {
    let run = EngineRun()
    run.feed(spot(0, 57_300), quote(0, 300, 310), trade(1, 310))
    #expect(run.outputs.prints.last?.greeksSource == .ownQuote)
    run.feed(quote(10, 0, 0), trade(10, 310), trade(11, 300), trade(9, 310))
    let prints = run.outputs.prints.suffix(3)
    // A print from before that is still under the quote that was good then.
    #expect(prints.map(\.side) == [.unknown, .unknown, .buy])
    #expect(prints.map(\.method) == [.noQuote, .noQuote, .atOrAboveAsk])
    #expect(prints.map(\.greeksSource) == [.none, .none, .ownQuote])
    run.feed(quote(20, 300, 310), trade(21, 300))
    #expect(run.outputs.prints.last?.side == .sell && run.outputs.prints.last?.greeksSource == .ownQuote)
  }

  /// Contracts that deliver something else than the underlying.
  @Test func adjustedContractsHaveNone() throws {
    let run = EngineRun(more: ["O:SPY1251216C00572000"])
    run.feed(spot(0, 57_300), quote(0, 300, 310, InstrumentID(3)), trade(0, 310, InstrumentID(3)))
    #expect(run.outputs.prints.last?.greeksSource == GreeksSource.none)
  }

  // MARK: Vendor

  private func vendor(_ milliseconds: Int64, delta: Int64 = 400_000_000) -> MarketEvent {
    .reference(
      ContractReference(
        time: EngineRun.start.adding(nanoseconds: milliseconds * 1_000_000), instrument: EngineRun.call,
        deltaNanos: delta, gammaNanos: 7, impliedVolatilityNanos: 250_000_000))
  }

  @Test func vendorsGreeksServeWhereOursAreMissing() throws {
    let run = EngineRun()
    run.feed(vendor(0), trade(60_000, 310), trade(60_001, 310))
    #expect(run.outputs.prints.map(\.greeksSource) == [.vendor, .vendorStale])
    #expect(run.outputs.prints.allSatisfy { $0.deltaNanos == 400_000_000 && $0.gammaNanos == 7 })
    #expect(run.outputs.prints.allSatisfy { $0.impliedVolatilityNanos == 250_000_000 })
    // Open interest alone makes nothing younger.
    run.feed(
      .reference(
        ContractReference(
          time: EngineRun.start.adding(nanoseconds: 61_000_000_000), instrument: EngineRun.call, openInterest: 5)),
      trade(61_001, 310))
    #expect(run.outputs.prints.last?.greeksSource == .vendorStale)
    run.feed(vendor(62_000, delta: 1), trade(62_001, 310))
    #expect(run.outputs.prints.last?.greeksSource == .vendor && run.outputs.prints.last?.deltaNanos == 1)
    // Ours go first.
    run.feed(spot(63_000, 57_300), quote(63_000, 300, 310), trade(63_000, 310))
    #expect(run.outputs.prints.last?.greeksSource == .ownQuote)
    // Without the rule there are only the vendor's.
    var configuration = FlowConfiguration()
    configuration.greeks = nil
    let plain = EngineRun(configuration)
    plain.feed(spot(0, 57_300), quote(0, 300, 310), vendor(0), trade(1, 310))
    #expect(plain.outputs.prints.last?.greeksSource == .vendor)
  }

  @Test func backfilledPrintsHaveTheVendors() {
    let run = EngineRun()
    run.feed(spot(0, 57_300), vendor(5_000), RecoveryTests.incident(.gapFound, 5_000, gap: 1))
    run.feed(RecoveryTests.oldQuote(1_000, 300, 310), RecoveryTests.old(1_001, 310))
    #expect(run.outputs.prints.last?.greeksSource == .vendor)
    #expect(run.outputs.prints.last?.underlyingPrice == Price(cents: 57_300))
    #expect(run.outputs.prints.last?.netDeltaNanos == 400_000_000)
  }

  /// After the stock stream was lost its last price proves nothing.
  @Test func pricesFromBeforeAGapAreNotTrusted() {
    let run = EngineRun()
    run.feed(spot(0, 57_300), RecoveryTests.incident(.disconnected, 10, .equities), quote(20, 300, 310), trade(21, 310))
    #expect(run.outputs.prints.last?.greeksSource == GreeksSource.none)
    run.feed(spot(30, 57_300), trade(31, 310))
    #expect(run.outputs.prints.last?.greeksSource == .ownQuote)
  }

  @Test func theReferenceProfileIsLeftAlone() {
    let run = EngineRun(FlowConfiguration(profile: .reference, greeks: GreeksRule()))
    run.feed(spot(0, 57_300), quote(0, 300, 310), trade(1, 310), vendor(2), trade(3, 310))
    #expect(run.outputs.prints.suffix(2).map(\.deltaNanos) == [ContractReference.unknown, 400_000_000])
    #expect(run.outputs.prints.allSatisfy { $0.greeksSource == GreeksSource.none })
  }

  @Test func printsFillTwoCacheLines() {
    #expect(MemoryLayout<FlowOutput>.stride == 128)
  }
}
