import Foundation
import Logging
import MarketModel
import Testing

@testable import Feeds

@Suite struct RESTClientTests {
  private static let status = "/v1/marketstatus/now"

  private func failure(
    _ work: () async throws(PolygonRESTError) -> some Sendable
  ) async -> PolygonRESTError? {
    do throws(PolygonRESTError) {
      _ = try await work()
      return nil
    } catch {
      return error
    }
  }

  private func hasKey(_ text: String) -> Bool {
    text.contains(RESTVendorPeer.key) || text.contains(RESTRequest.encoded(RESTVendorPeer.key))
  }

  // MARK: Pages

  @Test(arguments: [PolygonKeyPlacement.header, .query])
  func chainsArePagedToTheEndOnTheConfiguredHost(_ placement: PolygonKeyPlacement) async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["SPY": [613, 400]]])
    let client = peer.client { $0.keyPlacement = placement }
    var tickers: [String] = []
    var sizes: [Int] = []
    for try await page in client.chain(ChainRequest(underlying: "SPY")) {
      tickers += page.rows.compactMap { $0.details?.ticker }
      sizes.append(page.rows.count)
      #expect(page.refusedRows == 0)
    }
    #expect(sizes == [250, 250, 113])
    #expect(Set(tickers).count == 613)
    let log = try await peer.log()
    #expect(log.count == 3)
    #expect(log.allSatisfy { $0.path.contains("apiKey=") == (placement == .query) })
    #expect(log.allSatisfy { $0.authorization.isEmpty == (placement == .query) })
  }

  @Test func missingPartsAreNil() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["I:SPX": [2, 0]]])
    let rows = try await peer.client().chain(ChainRequest(underlying: "I:SPX")).firstPage().rows
    try #require(rows.count == 2)
    #expect(rows[0].greeks?.delta == 0.5)
    #expect(rows[0].lastQuote == nil)
    #expect(rows[1].greeks == OptionSnapshot.Greeks())
    #expect(rows[1].impliedVolatility == nil)
    #expect(rows[1].lastQuote?.bid == 1.1)
    #expect(rows.allSatisfy { $0.underlyingAsset == nil && $0.lastTrade == nil && $0.day == nil })
  }

  @Test func anEmptyAnswerHasNoRows() async throws {
    let peer = try RESTVendorPeer()
    let rows = try await peer.client().trades(HistoryRequest(ticker: "O:SPY251219C00400000")).firstPage().rows
    #expect(rows.isEmpty)
  }

  @Test func oneBadRowCostsNoneOfItsNeighbours() async throws {
    let peer = try RESTVendorPeer()
    let path = "/v3/trades/O:X"
    let rows: [Any] = [["price": 1.5, "size": 1], ["price": "a lot"], 7, ["price": 2.5, "size": 2.0]]
    try await peer.control(["fixed": [path: [200, ["results": rows]]]])
    let page = try await peer.client().trades(HistoryRequest(ticker: "O:X")).firstPage()
    #expect(page.rows.map(\.price) == [1.5, 2.5])
    #expect(page.refusedRows == 2)
  }

  @Test func nextURLsThatGoRoundInCirclesEnd() async throws {
    let peer = try RESTVendorPeer()
    let next = "https://api.polygon.io/v3/trades/O:X?cursor=1"
    try await peer.control(["fixed": ["/v3/trades/O:X": [200, ["results": [], "next_url": next]]]])
    let client = peer.client()
    let error = await failure { () async throws(PolygonRESTError) in
      for try await _ in client.trades(HistoryRequest(ticker: "O:X")) {}
    }
    #expect(error?.kind == .malformed)
    #expect(try await peer.log().count == 2)
  }

  // MARK: Errors

  struct Refusal: Sendable, CustomTestStringConvertible {
    var status: Int
    var body: String
    var kind: PolygonRESTError.Kind
    var words: String
    var testDescription: String { "\(status) \(body.prefix(20))" }
  }

  @Test(arguments: [
    Refusal(
      status: 401, body: #"{"status":"ERROR","request_id":"1","error":"Unknown API Key"}"#, kind: .unauthorised,
      words: "Unknown API Key"),
    Refusal(
      status: 400, body: #"{"status":"ERROR","error":"API Key was not provided"}"#, kind: .unauthorised,
      words: "API Key was not provided"),
    Refusal(
      status: 403, body: #"{"status":"NOT_AUTHORIZED","message":"You are not entitled to this data."}"#,
      kind: .notEntitled, words: "You are not entitled to this data."),
    Refusal(status: 404, body: #"{"status":"NOT_FOUND"}"#, kind: .notFound, words: "NOT_FOUND"),
    Refusal(status: 400, body: #"{"error":"limit must be"}"#, kind: .badRequest, words: "limit must be"),
    Refusal(status: 429, body: "", kind: .rateLimited(retryAfterNanoseconds: nil), words: ""),
    Refusal(status: 502, body: "<html>\n<b>Bad</b>", kind: .server, words: "<html> <b>Bad</b>"),
    Refusal(
      status: 500, body: #"{"error":"no \#(RESTVendorPeer.key) here"}"#, kind: .server, words: "no *** here"),
    Refusal(
      status: 200, body: "hello apiKey=abc", kind: .malformed,
      words: "16 bytes, not JSON; it begins with hello apiKey=***"),
    Refusal(status: 200, body: "", kind: .malformed, words: "0 bytes, not JSON; it begins with "),
  ])
  func refusalsAreTypedWithTheVendorsWords(_ refusal: Refusal) async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["faults": [["count": 1, "status": refusal.status, "body": refusal.body]]])
    let client = peer.client {
      $0.keyPlacement = .query
      $0.retry.attempts = 1
    }
    let error = try #require(await failure { () async throws(PolygonRESTError) in try await client.marketStatus() })
    #expect(error.kind == refusal.kind)
    #expect(error.status == refusal.status)
    #expect(error.words == refusal.words)
    #expect(error.request == Self.status)
    #expect(!hasKey(error.description))
    #expect(client.counters.lastError == error.description)
    #expect(client.counters.failures == 1)
  }

  @Test(arguments: [PolygonKeyPlacement.header, .query])
  func aWrongKeyIsNeverShown(_ placement: PolygonKeyPlacement) async throws {
    let peer = try RESTVendorPeer()
    let client = peer.client(key: "wr/ong+key") { $0.keyPlacement = placement }
    let error = try #require(await failure { () async throws(PolygonRESTError) in try await client.marketStatus() })
    #expect(error.kind == .unauthorised)
    #expect(error.words == "Unknown API Key ***")
    #expect(!"\(error)\(String(reflecting: error))\(client.counters)".contains("wr"))
    #expect(error.description.contains("POLYGON_API_KEY"))
  }

  @Test func unreachableServersAreNamedWithoutTheKey() async throws {
    var settings = PolygonRESTSettings(key: Secret(RESTVendorPeer.key), endpoint: "http://127.0.0.1:1")
    settings.keyPlacement = .query
    settings.retry.attempts = 2
    let client = try #require(PolygonREST(settings: settings, clock: TestClock().clock))
    let error = try #require(await failure { () async throws(PolygonRESTError) in try await client.marketStatus() })
    #expect(error.kind == .unreachable)
    #expect(error.words == "the connection was refused")
    #expect(!hasKey("\(error)\(client.counters)"))
    #expect(client.counters.requests == 2)
  }

  @Test func aLineBreakAfterTheKeyDoesNoHarm() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["fixed": [Self.status: [200, ["market": "open"]]]])
    #expect(try await peer.client(key: RESTVendorPeer.key + "\r\n").marketStatus().market == "open")
  }

  @Test func connectionsThatAreNotSecureAreNotRetried() async throws {
    let peer = try RESTVendorPeer()
    let client = peer.client {
      $0.endpoint = "https://127.0.0.1:\(peer.port)"
      $0.keyPlacement = .query
    }
    let error = try #require(await failure { () async throws(PolygonRESTError) in try await client.marketStatus() })
    #expect(error.kind == .untrusted)
    #expect(error.words.contains("SSL"))
    #expect(!hasKey(error.description))
    #expect(client.counters.requests == 1)
  }

  @Test func aServerThatSaysNothingTimesOut() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["faults": [["count": 1, "status": 0]], "fixed": [Self.status: [200, ["market": "open"]]]])
    let client = peer.client { $0.timeoutSeconds = 1 }
    #expect(try await client.marketStatus().market == "open")
    #expect(client.counters.retries == 1)
    #expect(client.counters.lastError?.contains("no answer in time") == true)
  }

  @Test func redirectsAreNotFollowed() async throws {
    let peer = try RESTVendorPeer()
    let other = try RESTVendorPeer()
    let location = other.endpoint + "/v1/marketstatus/now?apiKey=\(RESTVendorPeer.key)"
    try await peer.control(["faults": [["count": 9, "status": 302, "headers": ["Location": location]]]])
    let client = peer.client()
    let error = try #require(await failure { () async throws(PolygonRESTError) in try await client.marketStatus() })
    #expect(error.kind == .redirected)
    #expect(error.words == "127.0.0.1")
    #expect(try await other.log().isEmpty)
    #expect(try await peer.log().count == 1)
  }

  @Test func answersWithoutEndAreBrokenOff() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["SPY": [250, 400]]])
    let client = peer.client { $0.longestAnswerBytes = 1000 }
    let error = await failure { () async throws(PolygonRESTError) in
      try await client.chain(ChainRequest(underlying: "SPY")).firstPage()
    }
    #expect(error?.kind == .tooLong)
  }

  // MARK: Waiting

  @Test func retryAfterIsObeyed() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control([
      "faults": [["count": 1, "status": 429, "headers": ["Retry-After": "7"]]],
      "fixed": [Self.status: [200, ["market": "open"]]],
    ])
    let clock = TestClock()
    let client = peer.client(clock: clock)
    #expect(try await client.marketStatus().market == "open")
    #expect(clock.elapsed >= 7_000_000_000)
    #expect(client.counters.rateLimited == 1)
    #expect(client.counters.requests == 2)
    #expect(client.counters.failures == 0)
    #expect(client.counters.breaker == .closed)
  }

  @Test func aRetryAfterOfHoursIsReported() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["faults": [["count": 1, "status": 429, "headers": ["Retry-After": "7200"]]]])
    let client = peer.client()
    let error = await failure { () async throws(PolygonRESTError) in try await client.marketStatus() }
    #expect(error?.kind == .rateLimited(retryAfterNanoseconds: 7_200_000_000_000))
    #expect(error?.description.contains("7200 s") == true)
  }

  @Test func failuresAreRetriedWithBackoff() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control([
      "faults": [["count": 3, "status": 503]], "fixed": [Self.status: [200, ["market": "open"]]],
    ])
    let clock = TestClock()
    let client = peer.client(clock: clock)
    #expect(try await client.marketStatus().market == "open")
    #expect(clock.waits == [500_000_000, 1_000_000_000, 2_000_000_000])
    #expect(client.counters.retries == 3)
    #expect(client.counters.failures == 0)
  }

  @Test func theBreakerOpensAndSaysSo() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control([
      "faults": [["count": 5, "status": 503, "body": "maintenance"]],
      "fixed": [Self.status: [200, ["market": "open"]]],
    ])
    let clock = TestClock()
    let client = peer.client(clock: clock) { $0.retry.attempts = 1 }
    for _ in 0..<5 {
      let error = await failure { () async throws(PolygonRESTError) in try await client.marketStatus() }
      #expect(error?.kind == .server)
    }
    let until = clock.now + 5_000_000_000
    let error = await failure { () async throws(PolygonRESTError) in try await client.marketStatus() }
    #expect(error?.kind == .suspended(untilNanoseconds: until))
    #expect(error?.words == "maintenance")
    #expect(client.counters.breaker == .open(untilNanoseconds: until))
    #expect(try await peer.log().count == 5)
    clock.advance(5_000_000_000)
    #expect(try await client.marketStatus().market == "open")
    #expect(client.counters.breaker == .closed)
    #expect(client.counters.breakerOpenings == 1)
  }

  @Test func theFreePlansRateIsKept() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["fixed": [Self.status: [200, ["market": "open"]]]])
    let clock = TestClock()
    let client = peer.client(clock: clock) { $0.rate = .freePlan }
    for _ in 0..<11 { _ = try await client.marketStatus() }
    #expect(clock.elapsed >= 120_000_000_000)
    #expect(clock.elapsed < 180_000_000_000)
  }

  @Test func waitingForATurnCanBeCancelled() async throws {
    let clock = TestClock().clock
    let stopped = RESTClock(
      now: clock.now, wallNow: clock.wallNow, sleepUntil: { _ in throw CancellationError() }, random: clock.random)
    let gate = RequestGate(
      rate: RequestRate(requests: 1, windowNanoseconds: 1_000_000_000), breaker: CircuitBreaker.Settings(),
      clock: stopped)
    guard case .go = await gate.enter(.chain, isRetry: false) else { return #expect(Bool(false), "not let in") }
    let waiting = Task { await gate.enter(.chain, isRetry: false) }
    while gate.counters.waiting == 0 { await Task.yield() }
    waiting.cancel()
    guard case .cancelled = await waiting.value else { return #expect(Bool(false), "not cancelled") }
    #expect(gate.counters.waiting == 0)
    #expect(gate.counters.requests == 1)
  }
}
