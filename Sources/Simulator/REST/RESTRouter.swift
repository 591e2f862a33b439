import MarketModel
import Transport

/// The vendor's REST service: who asks, what for, and what comes back. On the REST thread.
struct RESTRouter {
  let market: PlayedMarket
  let options: SimulatorOptions
  let clock: @Sendable () -> Timestamp
  let facts: @Sendable () -> SimulatorSummary

  /// - Parameter number: counts requests, for the request id.
  func answer(_ request: HTTPRequest, number: Int) -> HTTPResponse {
    let digits = String(number, radix: 16)
    let id = String(repeating: "0", count: max(0, 32 - digits.utf8.count)) + digits
    do throws(RESTProblem) {
      return try route(request, id)
    } catch {
      return error.response(requestID: id)
    }
  }

  private func route(_ request: HTTPRequest, _ id: String) throws(RESTProblem) -> HTTPResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    let query = try RESTQuery(request.query)
    if parts.first == "simulator" { return try simulator(parts, query) }
    try admit(request)
    if parts.starts(with: ["v1", "marketstatus"]) { return try marketStatus(parts) }
    var envelope = RESTEnvelope(requestID: id, url: "http://\(request.header(.host) ?? "127.0.0.1")\(request.path)")
    if parts.starts(with: ["v3", "reference"]) { return try reference(parts, query, envelope) }
    guard options.account.plan != .none else { throw .notEntitled }
    if options.account.plan == .delayed { envelope.status = "DELAYED" }
    return try data(parts, query, envelope)
  }

  /// Both ways of the vendor: the header counts before the parameter.
  private func admit(_ request: HTTPRequest) throws(RESTProblem) {
    var key = request.query("apiKey")
    if let header = request.header(.authorization) {
      let words = header.split(separator: " ", omittingEmptySubsequences: true)
      if words.count == 2, words[0].lowercased() == "bearer" { key = String(words[1]) }
    }
    guard let key, !key.isEmpty else { throw .keyMissing }
    guard options.account.keys.isEmpty || options.account.keys.contains(key) else { throw .keyUnknown }
  }

  private func simulator(_ parts: [String], _ query: RESTQuery) throws(RESTProblem) -> HTTPResponse {
    let routes = PlayedRoutes(market: market, facts: facts)
    switch parts.dropFirst().first {
    case "played" where parts.count == 2: return routes.summary()
    case "trades.ndjson" where parts.count == 2: return try routes.trades(query)
    default: throw .notFound("There are /simulator/played and /simulator/trades.ndjson.")
    }
  }

  private func marketStatus(_ parts: [String]) throws(RESTProblem) -> HTTPResponse {
    switch parts.dropFirst(2).first {
    case "now" where parts.count == 3: return StatusRoutes.now(clock())
    case "upcoming" where parts.count == 3: return StatusRoutes.upcoming(after: clock())
    default: throw .notFound("Page not found.")
    }
  }

  private func reference(
    _ parts: [String], _ query: RESTQuery, _ envelope: RESTEnvelope
  ) throws(RESTProblem) -> HTTPResponse {
    switch (parts.count, parts[2...].first) {
    case (3, "conditions"): return try ReferenceRoutes().conditions(query, envelope)
    case (3, "exchanges"): return ReferenceRoutes().exchanges(query, envelope)
    case (4, "options") where parts[3] == "contracts": return try ContractRoutes(market: market).list(query, envelope)
    case (5, "options") where parts[3] == "contracts":
      return try ContractRoutes(market: market).one(parts[4], envelope)
    default: throw .notFound("Page not found.")
    }
  }

  private func data(
    _ parts: [String], _ query: RESTQuery, _ envelope: RESTEnvelope
  ) throws(RESTProblem) -> HTTPResponse {
    let ticks = TickRoutes(market: market, hasTradeSequences: options.hasTradeSequences)
    let snapshots = SnapshotRoutes(market: market, plan: options.account.plan)
    if parts.count == 3, parts[0] == "v3", parts[1] == "trades" { return try ticks.trades(parts[2], query, envelope) }
    if parts.count == 3, parts[0] == "v3", parts[1] == "quotes" {
      if options.account.plan == .delayed, parts[2].hasPrefix("O:") { throw .notEntitled }
      return try ticks.quotes(parts[2], query, envelope)
    }
    if parts.starts(with: ["v3", "snapshot", "options"]) {
      if parts.count == 4 { return try snapshots.chain(parts[3], query, envelope) }
      if parts.count == 5 { return try snapshots.contract(parts[3], parts[4], envelope) }
    }
    if parts.count == 4, parts.starts(with: ["v2", "last", "trade"]) { return try ticks.lastTrade(parts[3], envelope) }
    if parts.count == 4, parts.starts(with: ["v2", "last", "nbbo"]) { return try ticks.lastQuote(parts[3], envelope) }
    if parts.starts(with: ["v2", "aggs", "ticker"]) { return try aggregates(parts, query, envelope) }
    throw .notFound("Page not found.")
  }

  private func aggregates(
    _ parts: [String], _ query: RESTQuery, _ envelope: RESTEnvelope
  ) throws(RESTProblem) -> HTTPResponse {
    var isDemo = false
    if case .demo = options.tape { isDemo = true }
    let routes = AggregateRoutes(market: market, inventsPreviousClose: isDemo)
    if parts.count == 5, parts[4] == "prev" { return try routes.previous(parts[3], envelope) }
    guard parts.count == 9, parts[4] == "range" else { throw .notFound("Page not found.") }
    guard let multiplier = Int64(parts[5]), (1...1_000_000).contains(multiplier),
      let unit = AggregateSpan.Unit(rawValue: parts[6])
    else { throw .badRequest("Could not parse the time period \(parts[5]) \(parts[6])") }
    guard let from = RESTRouter.moment(parts[7]), let to = RESTRouter.moment(parts[8]) else {
      throw .badRequest("Could not parse the time parameters: use YYYY-MM-DD or Unix milliseconds")
    }
    return try routes.range(
      parts[3], AggregateSpan(unit: unit, multiplier: multiplier), from: from, to: to, query, envelope)
  }

  /// A whole day, or a millisecond.
  private static func moment(_ text: String) -> Range<Int64>? {
    if let day = MarketDate(text) { return RESTValue.day(day) }
    guard let milliseconds = Int64(text), milliseconds.magnitude < 9_000_000_000_000 else { return nil }
    return milliseconds * 1_000_000..<(milliseconds + 1) * 1_000_000
  }
}
