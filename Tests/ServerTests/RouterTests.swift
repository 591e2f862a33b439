import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

@Suite struct TopTests {
  private let fixture = Fixture()
  private let router: Router

  init() {
    fixture.adoptMarket()
    router = fixture.router()
  }

  private func symbols(_ query: [String: String]) -> [String] {
    router.get("/top", query).rows.map { $0.text("symbol") }
  }

  @Test func ordersByPremiumUnlessAskedOtherwise() {
    #expect(symbols(["limit": "2"]) == ["O:QQQ251216C00500000", "O:SPY251216C00695000"])
    #expect(symbols(["by": "volume", "limit": "1"]) == ["O:SPY251216C00695000"])
    #expect(symbols(["by": "count", "limit": "1"]) == ["O:SPY251219C00672000"])
    #expect(router.get("/top").object["by"] as? String == "premium")
  }

  @Test func leavesOutContractsWithoutAPrint() {
    let all = symbols(["limit": "1000"])
    #expect(all.count == 46 + 23 + 2)
    #expect(!all.contains("O:SPY251219P00600000"))
  }

  @Test func filters() {
    #expect(symbols(["symbol": "qqq"]) == ["O:QQQ251216C00500000"])
    #expect(symbols(["symbol": "SPY251216P00652000"]) == ["O:SPY251216P00652000"])
    #expect(symbols(["symbol": "O:SPY251216P00652000"]) == ["O:SPY251216P00652000"])
    #expect(symbols(["symbol": "NVDA"]) == [])
    #expect(symbols(["expiry": "2025-12-19"]) == ["O:SPY251219C00672000"])
    #expect(symbols(["type": "put", "limit": "1000"]).count == 23)
    #expect(symbols(["side": "sell", "limit": "1000"]).count == 23)
    #expect(symbols(["side": "mid"]) == ["O:SPY251219C00672000"])
    #expect(symbols(["side": "buy", "limit": "1000"]).count == 47)
    #expect(
      symbols(["min_premium": "6940"]) == ["O:QQQ251216C00500000", "O:SPY251216C00695000", "O:SPY251216C00694000"])
    #expect(symbols(["min_premium": "6940.01"]).count == 2)
    #expect(symbols(["symbol": "SPY", "type": "call", "expiry": "2025-12-16", "limit": "1000"]).count == 46)
  }

  @Test func writesWhatIsNotKnownAsNull() {
    let row = router.get("/top", ["symbol": "QQQ"]).rows[0]
    for name in ["bid", "ask", "delta", "gamma", "iv", "open_interest"] { #expect(row[name] is NSNull, "\(name)") }
    let quoted = router.get("/top", ["expiry": "2025-12-19"]).rows[0]
    #expect(quoted["bid"] as? Double == 0)
    #expect(quoted["ask"] as? Double == 0.05)
    #expect(quoted["iv"] as? Double == 0.18)
    #expect(quoted["bought_share"] as? Double == 0.5)
    #expect(quoted["last_trade_time"] as? String == "2025-12-16T15:30:00.000Z")
  }

  @Test func theHighestAreFoundWhateverTheOrder() {
    // More contracts than twice the limit, so that the selection has to throw some away.
    let contracts = (0..<500).map { i in
      var contract = fixture.contract(Fixture.symbol(.call, 100 + i))
      contract.premiumMicros = Int64((i * 7919) % 500)
      return contract
    }
    let best = TopRoute.highest(contracts, limit: 10, by: { $0.premiumMicros }) { _ in true }
    #expect(best.map(\.premiumMicros) == Array((490...499).reversed()))
  }

  @Test func emptyBeforeTheFirstSnapshot() {
    let answer = Fixture().router().get("/top")
    #expect(answer.status == 200)
    #expect(answer.object["as_of"] is NSNull)
    #expect(answer.rows.isEmpty)
  }

  @Test func keepsAnAnswerUntilTheNextSnapshot() {
    let first = router.get("/top", ["limit": "1"])
    // Changing the adopted snapshot in place stands for work that a second question must not repeat.
    fixture.model.snapshot.contracts = []
    #expect(router.get("/top", ["limit": "1"]).body == first.body)
    fixture.adoptMarket()
    fixture.model.snapshot.session = Fixture.later
    #expect(router.get("/top", ["limit": "1"]).object["session"] as? String == "2025-12-19")
  }
}

@Suite struct TickerTests {
  private let fixture = Fixture()

  @Test func givesTotalsStrikesExpiriesAndMinutes() {
    fixture.adoptMarket()
    let answer = fixture.router().get("/ticker/spy")
    #expect(answer.status == 200)
    let object = answer.object
    #expect(object["symbol"] as? String == "SPY")
    let totals = object["totals"] as! [String: Any]
    #expect(totals["premium"] as? Double == 300_000)
    #expect(totals["net_premium"] as? Double == 5)
    #expect(totals["net_delta"] as? Double == 2.5)
    let strikes = object["by_strike"] as! [[String: Any]]
    #expect(strikes.map { $0["strike"] as! Double } == Array(stride(from: 650.0, through: 695, by: 1)))
    #expect(strikes[0]["put"] is [String: Any])
    #expect(strikes[1]["put"] is NSNull)
    let expiries = object["by_expiry"] as! [[String: Any]]
    #expect(expiries.map { $0["expiry"] as! String } == ["2025-12-16", "2025-12-19"])
    #expect(expiries[0]["put_volume"] as? Int == 23 * 5)
    #expect((object["minutes"] as! [[String: Any]]).count == 1)
  }

  @Test func theStockItselfIsNoExpiry() {
    let market = fixture.market()
    market.contracts.append(fixture.contract("SPY", trades: 3, volume: 300, premium: 1_000_000))
    market.contracts.sort { $0.instrument < $1.instrument }
    _ = fixture.model.adopt(market, atNanoseconds: fixture.clock.monotonicNanoseconds)
    let expiries = fixture.router().get("/ticker/SPY").object["by_expiry"] as! [[String: Any]]
    #expect(expiries.map { $0["expiry"] as! String } == ["2025-12-16", "2025-12-19"])
  }

  @Test func givesAnotherExpiryWhenAsked() {
    fixture.adoptMarket()
    let router = fixture.router()
    let strikes = router.get("/ticker/SPY", ["expiry": "2025-12-19"]).object["by_strike"] as! [[String: Any]]
    #expect(strikes.map { $0["strike"] as! Double } == [600, 672])
    let wrong = router.get("/ticker/SPY", ["expiry": "2025-12-20"])
    #expect(wrong.status == 400)
    #expect(wrong.object["wanted"] as? String == "one of 2025-12-16, 2025-12-19")
  }

  @Test func explainsWhatItDoesNotHave() {
    fixture.adoptMarket()
    let router = fixture.router()
    let unknown = router.get("/ticker/NVDA")
    #expect(unknown.status == 404)
    #expect((unknown.object["detail"] as! String).contains("QQQ, SPY"))
    let contract = router.get("/ticker/SPY251216C00650000")
    #expect(contract.status == 404)
    #expect((contract.object["detail"] as! String).contains("/ticker/SPY"))
    #expect(router.get("/ticker/S%Y").status == 400)
  }
}

@Suite struct ProblemTests {
  private let router = Fixture().router()

  @Test(arguments: [
    ("/top", "limit", "0"), ("/top", "limit", "1001"), ("/top", "limit", "ten"), ("/top", "by", "size"),
    ("/top", "side", "unknown"), ("/top", "type", "calls"), ("/top", "expiry", "2025-02-30"),
    ("/top", "symbol", "S P Y"),
    ("/top", "symbol", "O:SPY"), ("/top", "min_premium", "-1"), ("/top", "min_premium", "1e5"),
    ("/prints", "cursor", "abc"), ("/prints", "cursor", "0"), ("/prints", "side", "both"),
    ("/ticker/SPY", "expiry", "x"),
  ])
  func namesTheParameterTheValueAndWhatIsWanted(path: String, name: String, value: String) {
    let answer = router.get(path, [name: value])
    #expect(answer.status == 400)
    #expect(answer.contentType == "application/problem+json")
    #expect(answer.object["parameter"] as? String == name)
    #expect(answer.object["seen"] as? String == value)
    #expect(!(answer.object["wanted"] as! String).isEmpty)
    #expect(answer.object["status"] as? Int == 400)
  }

  @Test func suggestsTheNearMiss() {
    let answer = router.get("/top", ["limt": "5"])
    #expect(answer.status == 400)
    #expect((answer.object["detail"] as! String).contains("did you mean \"limit\"?"))
    #expect(!(router.get("/top", ["colour": "5"]).object["detail"] as! String).contains("did you mean"))
    #expect((router.get("/helth").object["detail"] as! String).contains("did you mean /health?"))
    #expect(router.get("/health", ["verbose": "1"]).status == 400)
  }

  @Test func refusesAParameterGivenTwice() {
    let answer = router.answerNow(APIRequest(path: "/top", query: [("limit", "1"), ("limit", "2")]))
    #expect(answer.status == 400)
  }

  @Test func anEmptyParameterCountsAsLeftOut() {
    #expect(router.get("/top", ["symbol": "", "limit": ""]).status == 200)
  }

  @Test(arguments: [("POST", "/top", "GET, HEAD"), ("DELETE", "/prints", "GET, HEAD"), ("GET", "/trades", "POST")])
  func namesTheAllowedMethods(method: String, path: String, allowed: String) {
    let answer = router.answerNow(APIRequest(method: method, path: path))
    #expect(answer.status == 405)
    #expect(answer.header("Allow") == allowed)
  }

  @Test func saysWhereThePageIsNot() {
    #expect(router.get("/").status == 404)
    #expect(router.get("/nothing/here").status == 404)
    #expect(router.get("/ws/stream").status == 426)
  }
}

@Suite struct ResponseCacheTests {
  private func answer(_ bytes: Int) -> APIResponse { APIResponse(body: Array(repeating: 0x20, count: bytes)) }

  @Test func isBoundedByBytesAsWellAsByAnswers() {
    var cache = ResponseCache(capacity: 3, byteCapacity: 100)
    #expect(cache.known("a", generation: 1) == nil)
    _ = cache.keep(answer(60), "a")
    _ = cache.keep(answer(60), "b")
    _ = cache.keep(answer(30), "c")
    _ = cache.keep(answer(1), "a")
    #expect(cache.known("a", generation: 1)?.body.count == 60)
    #expect(cache.known("b", generation: 1) == nil)
    #expect(cache.known("c", generation: 1)?.body.count == 30)
    #expect(cache.bytes == 92)
    _ = cache.keep(answer(1), "d")
    _ = cache.keep(answer(1), "e")
    #expect(cache.known("d", generation: 1) != nil)
    #expect(cache.known("e", generation: 1) == nil)
    // New data: everything is forgotten, and there is room again.
    #expect(cache.known("a", generation: 2) == nil)
    #expect(cache.bytes == 0)
    _ = cache.keep(answer(99), "b")
    #expect(cache.known("b", generation: 2) != nil)
  }
}
