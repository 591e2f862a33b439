import Foundation
import JSONText
import MarketModel
import Synchronization
import Testing

@testable import Server

@Suite struct TradesTests {
  /// What the feed's inbox was handed.
  private final class Inbox: Sendable {
    let trades = Mutex<[InjectedTrade]>([])
    let outcome: InjectionOutcome
    init(_ outcome: InjectionOutcome = .accepted) { self.outcome = outcome }
  }
  private let inbox = Inbox()

  private func router(_ inbox: Inbox) -> Router {
    Fixture().router(inject: { trade in
      inbox.trades.withLock { $0.append(trade) }
      return inbox.outcome
    })
  }

  private func post(
    _ body: String, headers: [String: String] = [:], peer: String = "127.0.0.1", to inbox: Inbox? = nil
  ) -> APIResponse {
    var all = ["host": "127.0.0.1:8000", "content-type": "application/json"]
    all.merge(headers) { $1 }
    return router(inbox ?? self.inbox).answerNow(
      APIRequest(method: "POST", path: "/trades", headers: all, body: Array(body.utf8), peerAddress: peer))
  }

  private let good = #"{"symbol": "SPY251216C00672000", "price": 2.35, "size": 40}"#

  @Test func handsAWellFormedTradeOver() {
    let body = #"""
      {"symbol": "spy251216c00672000", "price": 2.350001, "size": 40, "venue": 302, "conditions": [209, 231],
       "time": "2025-12-16T10:30:00.5-05:00"}
      """#
    let answer = post(body)
    #expect(answer.status == 202)
    #expect(answer.object["accepted"] as? Bool == true)
    let expected = InjectedTrade(
      symbol: "O:SPY251216C00672000", price: Price(micros: 2_350_001), size: 40, venue: VenueID(302),
      conditions: [209, 231], time: Timestamp(rfc3339: "2025-12-16T15:30:00.500Z"))
    #expect(inbox.trades.withLock { $0 } == [expected])
  }

  @Test func optionalMembersMayBeLeftOutOrNull() {
    #expect(post(good).status == 202)
    #expect(post(#"{"symbol":"SPY","price":672,"size":1,"time":null,"venue":null,"conditions":null}"#).status == 202)
    let trades = inbox.trades.withLock { $0 }
    #expect(trades.allSatisfy { $0.time == nil && $0.venue == VenueID(0) && $0.conditions.isEmpty })
    #expect(trades.map(\.symbol) == ["O:SPY251216C00672000", "SPY"])
  }

  @Test(arguments: [
    ("symbol", #"{"price": 1, "size": 1}"#), ("symbol", #"{"symbol": 5, "price": 1, "size": 1}"#),
    ("symbol", #"{"symbol": "O:SPY", "price": 1, "size": 1}"#), ("symbol", #"{"symbol": "", "price": 1, "size": 1}"#),
    ("price", #"{"symbol": "SPY", "price": "1", "size": 1}"#), ("price", #"{"symbol": "SPY", "price": 0, "size": 1}"#),
    ("price", #"{"symbol": "SPY", "price": -1, "size": 1}"#), ("price", #"{"symbol": "SPY", "price": 1e3, "size": 1}"#),
    ("price", #"{"symbol": "SPY", "price": 0.0000001, "size": 1}"#),
    ("size", #"{"symbol": "SPY", "price": 1, "size": 0}"#),
    ("size", #"{"symbol": "SPY", "price": 1, "size": 1.5}"#), ("size", #"{"symbol": "SPY", "price": 1}"#),
    ("venue", #"{"symbol": "SPY", "price": 1, "size": 1, "venue": 70000}"#),
    ("conditions", #"{"symbol": "SPY", "price": 1, "size": 1, "conditions": [1, "a"]}"#),
    ("conditions", #"{"symbol": "SPY", "price": 1, "size": 1, "conditions": 5}"#),
    ("time", #"{"symbol": "SPY", "price": 1, "size": 1, "time": "noon"}"#),
    ("pric", #"{"symbol": "SPY", "pric": 1, "size": 1}"#),
    // A cancellation would void one of the vendor's prints.
    ("conditions", #"{"symbol": "SPY251216C00672000", "price": 1, "size": 1, "conditions": [209, 201]}"#),
    ("conditions", #"{"symbol": "SPY251216C00672000", "price": 1, "size": 1, "conditions": [203]}"#),
    ("conditions", #"{"symbol": "SPY251216C00672000", "price": 1, "size": 1, "conditions": [205]}"#),
    ("conditions", #"{"symbol": "SPY251216C00672000", "price": 1, "size": 1, "conditions": [207]}"#),
    // Premium beyond what one print may have.
    ("size", #"{"symbol": "SPY251216C00672000", "price": 100, "size": 1000001}"#),
    ("size", #"{"symbol": "SPY251216C00672000", "price": 1000000, "size": 1000000000}"#),
    ("size", #"{"symbol": "SPY", "price": 1000000, "size": 10001}"#),
    ("time", #"{"symbol": "SPY", "price": 1, "size": 1, "time": "1989-12-31T23:59:59Z"}"#),
    ("time", #"{"symbol": "SPY", "price": 1, "size": 1, "time": "2025-12-16 15:30"}"#),
    // Contracts mistyped, which must not become equities.
    ("symbol", #"{"symbol": "SPY251332C00672000", "price": 1, "size": 1}"#),
    ("symbol", #"{"symbol": "O:SPY251216X00672000", "price": 1, "size": 1}"#),
    ("symbol", #"{"symbol": "X:BTCUSD", "price": 1, "size": 1}"#),
  ])
  func namesTheMemberThatCannotBeUsed(name: String, body: String) {
    let answer = post(body)
    #expect(answer.status == 422)
    #expect(answer.contentType == "application/problem+json")
    #expect(answer.object["parameter"] as? String == name)
    #expect(inbox.trades.withLock { $0.isEmpty })
  }

  @Test func takesTheLargestPremiumAndSaysWhatIsTooMuch() {
    #expect(post(#"{"symbol": "SPY251216C00672000", "price": 100, "size": 1000000}"#).status == 202)
    #expect(post(#"{"symbol": "SPY", "price": 1000000, "size": 10000}"#).status == 202)
    let refused = post(#"{"symbol": "SPY251216C00672000", "price": 100, "size": 1000001}"#)
    #expect(refused.object.text("detail").hasPrefix("premium of one print: "))
    #expect(refused.object.text("wanted").contains("10000000000 USD"))
  }

  @Test func saysWhereABodyIsNotJSON() {
    let answer = post(#"{"symbol": "SPY","#)
    #expect(answer.status == 400)
    #expect((answer.object["detail"] as! String).contains("byte 17"))
    #expect(post("[1]").status == 422)
    #expect(post("").status == 400)
  }

  @Test(arguments: [
    ["origin": "http://evil.example"], ["origin": "null"], ["host": "evil.example:8000"], ["host": ""],
    ["host": "127.0.0.1.evil.example"], ["host": "localhost:port"],
    ["host": "evil.example", "origin": "http://evil.example"], ["origin": "http://127.0.0.1:9000"],
  ])
  func refusesForeignPagesAndNames(headers: [String: String]) {
    #expect(post(good, headers: headers).status == 403)
    #expect(inbox.trades.withLock { $0.isEmpty })
  }

  @Test func refusesOtherMachinesAndForms() {
    #expect(post(good, peer: "192.168.1.5").status == 403)
    #expect(post(good, headers: ["content-type": "text/plain"]).status == 415)
    #expect(post(good, headers: ["content-type": "application/x-www-form-urlencoded"]).status == 415)
    #expect(inbox.trades.withLock { $0.isEmpty })
  }

  @Test(arguments: [
    ["host": "localhost:8000", "origin": "http://localhost:8000"],
    ["host": "[::1]:8000", "origin": "http://[::1]:8000"],
    ["host": "LOCALHOST"], ["content-type": "application/json; charset=utf-8"],
  ])
  func takesItsOwnPages(headers: [String: String]) { #expect(post(good, headers: headers).status == 202) }

  @Test func aLoopbackPeerMayComeInIPv6() {
    for peer in ["::1", "::ffff:127.0.0.1", "127.0.0.2"] { #expect(post(good, peer: peer).status == 202) }
  }

  @Test func passesOnWhatTheFeedSays() {
    #expect(post(good, to: Inbox(.full)).status == 503)
    let refused = post(good, to: Inbox(.refused("the replay is over")))
    #expect(refused.status == 422)
    #expect((refused.object["detail"] as! String).contains("the replay is over"))
    #expect(
      Fixture().router().answerNow(
        APIRequest(
          method: "POST", path: "/trades", headers: ["host": "localhost", "content-type": "application/json"],
          body: Array(good.utf8))
      ).status == 503)
  }
}

@Suite struct JSONValueTests {
  private func parse(_ text: String) -> JSONValue? {
    do throws(JSONValue.Malformed) { return try JSONValue.parse(Array(text.utf8)) } catch { return nil }
  }

  @Test func readsEveryKind() {
    #expect(
      parse(#" {"a": [1, -2.5e+3, true, false, null], "b": "x\n\"\u00e9\ud83d\ude00", "c": {}} "#)
        == .object([
          "a": .list([.number("1"), .number("-2.5e+3"), .flag(true), .flag(false), .null]), "b": .text("x\n\"é😀"),
          "c": .object([:]),
        ]))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "1e", "tru", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"",
    "\"\\udc00\"", "\"a", "{\"a\":1,\"a\":2}", "1 2", "\"\u{1}\"", "[", "{1:2}", "\"\\u+123\"", "\"\\ud800\\u0041\"",
  ])
  func refusesEverythingElse(text: String) { #expect(parse(text) == nil) }

  @Test func refusesBadUTF8AndDeepNesting() {
    #expect(throws: JSONValue.Malformed.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    #expect(parse(String(repeating: "[", count: 15) + String(repeating: "]", count: 15)) != nil)
    #expect(parse(String(repeating: "[", count: 40) + String(repeating: "]", count: 40)) == nil)
  }

  @Test(arguments: [
    ("0", 0), ("1", 1_000_000), ("12.345678", 12_345_678), ("-0.5", -500_000), ("1.5000000", 1_500_000),
    ("999999999999", 999_999_999_999_000_000),
  ])
  func readsMoneyExactly(text: String, micros: Int64) { #expect(DecimalText.micros(text) == micros) }

  @Test(arguments: ["", ".", "1.", ".5", "1e3", "+1", "1.2.3", "0.0000001", "1000000000000", "--1", "１"])
  func refusesWhatIsNotPlainMoney(text: String) { #expect(DecimalText.micros(text) == nil) }
}
