import Foundation
import MarketModel
import Positioning
import Testing

@testable import FlowEngine
@testable import Server

/// `/positioning`, `/gex` and its history from boards made by hand.
@Suite struct PositioningTests {
  private let fixture = Fixture()
  private let validator: SchemaValidator

  init() {
    fixture.adoptMarket()
    validator = SchemaValidator(openAPI: fixture.router().get("/openapi.json").object)
  }

  private func contract(_ right: OptionRight, _ strike: Int, open: Int64?, net: Int64 = 0) -> PositioningContract {
    var contract = PositioningContract(
      instrument: fixture.id(Fixture.symbol(right, strike, expiry: Fixture.later)),
      strike: Price(cents: Int64(strike) * 100),
      expiry: Fixture.later, isCall: right == .call, openInterest: open, volume: abs(net), premiumMicros: abs(net),
      customerNetContracts: net, impliedVolatility: 0.2, yearsToExpiry: 3 / 365.0)
    contract.completeGreeks(spot: 672)
    return contract
  }

  private func report(
    spot: Double? = 672, open: Int64? = 500, time: Timestamp = Fixture.open
  ) -> PositioningReport {
    PositioningReport(
      PositioningInput(
        underlying: fixture.id("SPY"), spot: spot, time: time,
        contracts: [
          contract(.call, 675, open: open, net: 20), contract(.call, 680, open: open.map { $0 / 2 }, net: -5),
          contract(.put, 670, open: open.map { $0 * 2 }, net: 0), contract(.put, 660, open: nil, net: 11),
        ]))
  }

  private func router(_ reports: PositioningReport...) -> Router {
    var board = PositioningBoard()
    board.rounds = 1
    for report in reports {
      var history = board.underlyings[report.underlying]?.history ?? GammaHistory()
      history.note(report)
      board.underlyings[report.underlying] = UnderlyingPositioning(
        report: report, session: Fixture.session,
        spot: report.spot.map { PositioningSpot(price: $0, source: .parity, time: Fixture.open) },
        inputs: PositioningInputs(rate: 0, dividendYield: 0),
        crossings: [
          LevelCrossing(
            underlying: report.underlying, level: .callWall, direction: .up, price: Price(cents: 67_600),
            levelPrice: Price(cents: 67_500), time: Fixture.open)
        ], history: history, capturedNanoseconds: fixture.clock.monotonicNanoseconds)
    }
    return fixture.router(positioning: route(board))
  }

  private func route(_ board: PositioningBoard) -> PositioningRoute {
    let clock = fixture.clock
    return PositioningRoute(board: { board }, monotonicNanoseconds: { clock.monotonicNanoseconds })
  }

  private func missing(_ record: Any?) -> [String: String] {
    let rows = (record as? [String: Any])?.objects("missing") ?? []
    return Dictionary(rows.map { ($0.text("figure"), $0.text("reason")) }) { a, _ in a }
  }

  /// JSON readers differ in the last bit of a long number.
  private func isSame(_ read: Any?, _ value: Double?) -> Bool {
    guard let read = read as? Double, let value else { return read is NSNull && value == nil }
    return abs(read - value) <= 1e-15 * abs(value)
  }

  @Test func figuresAreThoseOfTheReport() throws {
    let report = report()
    let answer = router(report).get("/positioning/spy").object
    #expect(validator.errors(answer, against: "Positioning") == [])
    #expect(answer.text("symbol") == "SPY" && answer.text("session") == "2025-12-16")
    #expect(answer.text("as_of") == Fixture.open.rfc3339)
    for basis in PositionBasis.allCases {
      let record = try #require(answer[basis.apiName] as? [String: Any])
      let book = report[basis]
      #expect(isSame(record["gamma_exposure"], book.sum(.gamma).value))
      #expect(isSame(record["delta_exposure"], book.sum(.delta).value))
      #expect(isSame(record["charm_exposure"], book.sum(.charm).value))
      #expect(isSame(record["zero_gamma"], book.profile.zeroGamma.value))
      #expect(isSame(record["call_wall"], book.callWall.value?.strike.doubleValue))
      #expect(isSame(record["hedge_shares_per_percent_rise"], book.hedgePressure.value?.sharesPerPercentRise))
      #expect(record["bias"] as? String == book.bias.value?.kind.apiName)
    }
    #expect((answer["coverage"] as? [String: Any])?.integer("without_open_interest") == 1)
    #expect(
      (answer["put_call"] as? [String: Any])?["by_open_interest"] as? Double == report.putCall.byOpenInterest.value)
    let expiry = try #require(answer.objects("expiries").first)
    #expect(expiry["max_pain"] as? Double == report.expiries[0].maxPain.value?.strike.doubleValue)
    #expect(answer.objects("crossings").first?.text("level") == "call_wall")
  }

  @Test func anAnswerSaysHowOldItIs() {
    let router = router(report())
    fixture.clock.advance(milliseconds: 4_200)
    #expect(router.get("/positioning/SPY").object["age_seconds"] as? Double == 4.2)
    fixture.clock.advance(milliseconds: 800)
    #expect(router.get("/gex/SPY").object["age_seconds"] as? Double == 5)
  }

  @Test func whatIsNotKnownIsNullBesideItsReason() throws {
    let answer = router(report(spot: nil, open: nil)).get("/positioning/SPY").object
    #expect(validator.errors(answer, against: "Positioning") == [])
    #expect(answer["spot"] is NSNull)
    let book = try #require(answer["open_interest"] as? [String: Any])
    #expect(book["gamma_exposure"] is NSNull && book["zero_gamma"] is NSNull && book["bias"] is NSNull)
    #expect(missing(book)["gamma_exposure"] == "no_open_interest")
    #expect(missing(book)["call_wall"] == "no_open_interest")
    let flow = try #require(answer["flow"] as? [String: Any])
    #expect(missing(flow)["gamma_exposure"] == "no_spot")
    #expect(flow["vega_exposure"] is Double)
    #expect(missing(flow)["vega_exposure"] == nil)
    #expect(missing(answer["put_call"])["by_open_interest"] == "no_open_interest")
    #expect(missing(answer.objects("expiries").first)["max_pain"] == "no_open_interest")
  }

  @Test func rowsOfGexAddUpToItsSums() throws {
    let report = report()
    let router = router(report)
    for basis in PositionBasis.allCases {
      for by in GexRows.allCases {
        let answer = router.get("/gex/SPY", ["by": by.apiName, "basis": basis.apiName]).object
        #expect(validator.errors(answer, against: "Gex") == [])
        let rows = answer.objects("rows")
        #expect(rows.count == (by == .strike ? 4 : 1))
        for side in ["call", "put", "net"] {
          let sum = rows.reduce(0) { $0 + ($1[side] as? Double ?? 0) }
          let whole = try #require(answer[side] as? Double)
          #expect(abs(sum - whole) <= 1e-9 * abs(whole))
        }
        #expect(isSame(answer["net"], report[basis].sum(.gamma).value))
      }
    }
    let answer = router.get("/gex/SPY").object
    #expect(answer.text("by") == "strike" && answer.text("basis") == "open_interest")
    let rows = answer.objects("rows")
    #expect(rows.map { $0["strike"] as? Double } == [660, 670, 675, 680])
    // Nobody said the open interest of the 660 put, and there is no such call.
    #expect(rows[0]["put"] is NSNull && rows[0]["call"] is NSNull && rows[0]["net"] is NSNull)
    #expect(isSame(rows[1]["net"], report.openInterest.strikes[1].puts.net(.gamma)))
    #expect(answer.objects("profile").count == report.rule.profilePoints)
    #expect((answer["convention"] as? [String: Any])?.integer("put_sign") == -1)
  }

  private func at(seconds: Int64) -> Timestamp { Fixture.open.adding(nanoseconds: seconds * 1_000_000_000) }

  @Test func theHistoryHasTheNewestReadingOfEachMinute() throws {
    let reports = [
      report(spot: 670), report(spot: 671, time: at(seconds: 59)), report(time: at(seconds: 65)),
      report(spot: nil, time: at(seconds: 180)),
    ]
    let router = router(reports[0], reports[1], reports[2], reports[3])
    for basis in PositionBasis.allCases {
      let answer = router.get("/gex/spy/history", ["basis": basis.apiName]).object
      #expect(validator.errors(answer, against: "GexHistory") == [])
      #expect(answer.text("symbol") == "SPY" && answer.text("basis") == basis.apiName)
      #expect(answer.text("session") == "2025-12-16" && answer.text("unit").contains("1 %"))
      let minutes = answer.objects("minutes")
      #expect(minutes.map { $0.text("time") } == [0, 60, 180].map { at(seconds: $0).rfc3339 })
      #expect(minutes[0]["spot"] as? Double == 671)
      for (minute, report) in zip(minutes, reports[1...]) {
        #expect(isSame(minute["total"], report[basis].sum(.gamma).value))
        #expect(isSame(minute["flip"], report[basis].profile.zeroGamma.value))
      }
      #expect(minutes[1]["strikes"] as? [Double] == [660, 670, 675, 680])
      let values = try #require(minutes[1]["values"] as? [Any])
      for (value, row) in zip(values, reports[2][basis].strikes) {
        let exact = reports[2][basis].sum(.gamma, of: row.all).value
        #expect((value as? Double).map { [$0] } == exact.map { [Double(Float($0.rounded()))] })
      }
      // Without a price there is nothing to show, and the reason.
      #expect(minutes[2]["spot"] is NSNull && minutes[2]["total"] is NSNull)
      #expect((minutes[2]["strikes"] as? [Any])?.isEmpty == true && (minutes[2]["values"] as? [Any])?.isEmpty == true)
      #expect(missing(minutes[2]) == ["total": "no_spot", "flip": "no_spot"])
    }
    #expect(router.get("/gex/SPY/history").object.text("basis") == "open_interest")
    #expect(router.get("/gex/SPY/history", ["by": "strike"]).status == 400)
    #expect(router.get("/gex/XYZ/history").status == 404)
    #expect(fixture.router().get("/gex/SPY/history").status == 409)
  }

  @Test func theHistoryIsBounded() throws {
    func report(_ minute: Int, spot: Double) -> PositioningReport {
      PositioningReport(
        PositioningInput(
          underlying: fixture.id("SPY"), spot: spot, time: at(seconds: 60 * Int64(minute)),
          contracts: (600..<800).map { contract(.call, $0, open: 10) }))
    }
    var history = GammaHistory()
    for minute in 0..<3 { history.note(report(minute, spot: 672.5)) }
    #expect(history.minutes[0].strikes == (643...702).map { Price(cents: $0 * 100) })
    #expect(history.minutes[0].openInterest.values.count == 60 && history.minutes[0].flow.values.count == 60)
    history.note(report(3, spot: 605))
    history.note(report(4, spot: 900))
    #expect(history.minutes[3].strikes.first == Price(cents: 60_000) && history.minutes[3].strikes.count == 60)
    #expect(history.minutes[4].strikes == (740...799).map { Price(cents: $0 * 100) })
    let empty = self.report(spot: nil)
    for minute in 5..<(Limits.gammaMinutes + 3) {
      var report = empty
      report.time = at(seconds: 60 * Int64(minute))
      history.note(report)
    }
    #expect(history.minutes.count == Limits.gammaMinutes)
    #expect(history.minutes.first?.time == at(seconds: 180))
  }

  @Test func whatIsNotThereIsSaidInWords() {
    func problem(_ router: Router, _ path: String, _ query: [String: String] = [:]) -> (Int, String) {
      let answer = router.get(path, query)
      #expect(validator.errors(answer.object, against: "Problem") == [])
      return (answer.status, answer.object.text("detail"))
    }
    let off = problem(fixture.router(), "/positioning/SPY")
    #expect(off.0 == 409 && off.1.contains("--positioning-seconds"))
    let early = problem(fixture.router(positioning: route(PositioningBoard())), "/gex/SPY")
    #expect(early.0 == 409 && early.1.contains("ask again"))
    let router = router(report())
    let other = problem(router, "/positioning/QQQ")
    #expect(other.0 == 404 && other.1.contains("underlyings that have one: SPY"))
    #expect(problem(router, "/gex/XYZ").0 == 404)
    let contract = problem(router, "/positioning/SPY251216C00672000")
    #expect(contract.0 == 404 && contract.1.contains("ask for /positioning/SPY"))
    #expect(problem(router, "/gex/SPY", ["by": "side"]).0 == 400)
    #expect(problem(router, "/positioning/SPY", ["by": "strike"]).0 == 400)
    #expect(problem(router, "/positioning/").0 == 400)
  }

  @Test func healthSaysHowTheThreadIs() throws {
    #expect(fixture.router().get("/health").object["positioning"] is NSNull)
    var facts = PositioningFacts(intervalSeconds: 5)
    facts.rounds = 3
    facts.milliseconds = 7.5
    facts.underlyings = 2
    facts.skipped = 1
    fixture.facts.value.positioning = facts
    let health = fixture.router().get("/health").object
    #expect(validator.errors(health, against: "Health") == [])
    let record = try #require(health["positioning"] as? [String: Any])
    #expect(record["milliseconds"] as? Double == 7.5 && record.integer("skipped") == 1)
    #expect(facts.doubts == [])
    facts.ageSeconds = 31
    #expect(facts.doubts == ["positioning is 31 s old; wanted one round every 5 s"])
  }
}
