import MarketModel

/// Which contracts of a chain.
public struct ChainRequest: Hashable, Sendable {
  /// `SPY`; an index has its prefix, `I:SPX`.
  public var underlying: String
  public var expiries: ClosedRange<MarketDate>?
  /// Instead of `expiries`: this one and all later ones.
  public var firstExpiry: MarketDate?
  public var strikes: ClosedRange<Price>?
  public var right: OptionRight?
  /// Rows a page, at most 250.
  public var pageRows: Int

  public static let mostPageRows = 250

  public init(
    underlying: String, expiries: ClosedRange<MarketDate>? = nil, firstExpiry: MarketDate? = nil,
    strikes: ClosedRange<Price>? = nil, right: OptionRight? = nil, pageRows: Int = mostPageRows
  ) {
    self.underlying = underlying
    self.expiries = expiries
    self.firstExpiry = firstExpiry
    self.strikes = strikes
    self.right = right
    self.pageRows = min(max(pageRows, 1), ChainRequest.mostPageRows)
  }
}

/// Which part of an instrument's history.
public struct HistoryRequest: Hashable, Sendable {
  public var ticker: String
  /// First SIP time; nil: from the beginning.
  public var from: Timestamp?
  /// Last SIP time, included; nil: to the newest.
  public var to: Timestamp?
  public var isAscending: Bool
  /// Rows a page, at most 50,000.
  public var pageRows: Int

  public static let mostPageRows = 50_000

  public init(
    ticker: String, from: Timestamp? = nil, to: Timestamp? = nil, isAscending: Bool = true,
    pageRows: Int = mostPageRows
  ) {
    self.ticker = ticker
    self.from = from
    self.to = to
    self.isAscending = isAscending
    self.pageRows = min(max(pageRows, 1), HistoryRequest.mostPageRows)
  }
}

extension PolygonREST {
  /// The contracts of an underlying with greeks, open interest and last prints, by ticker.
  public func chain(_ chain: ChainRequest, for user: RequestUser = .chain) -> RESTPages<OptionSnapshot> {
    var request = RESTRequest("v3", "snapshot", "options", chain.underlying)
    request.add("expiration_date.gte", chain.expiries?.lowerBound ?? chain.firstExpiry)
    request.add("expiration_date.lte", chain.expiries?.upperBound)
    request.add("strike_price.gte", chain.strikes?.lowerBound)
    request.add("strike_price.lte", chain.strikes?.upperBound)
    request.add("contract_type", chain.right.map { $0 == .call ? "call" : "put" })
    request.add("order", "asc")
    request.add("sort", "ticker")
    request.add("limit", chain.pageRows)
    return RESTPages(client: self, first: request, user: user)
  }

  /// One contract of an underlying.
  public func snapshot(
    of contract: String, underlying: String, for user: RequestUser = .reference
  ) async throws(PolygonRESTError) -> OptionSnapshot {
    try await single(RESTRequest("v3", "snapshot", "options", underlying, contract), user)
  }

  public func trades(_ history: HistoryRequest, for user: RequestUser = .backfill) -> RESTPages<HistoryTrade> {
    RESTPages(client: self, first: historyRequest("trades", history), user: user)
  }

  public func quotes(_ history: HistoryRequest, for user: RequestUser = .backfill) -> RESTPages<HistoryQuote> {
    RESTPages(client: self, first: historyRequest("quotes", history), user: user)
  }

  /// Bars of `multiplier` times `timespan` (`second`, `minute`, `hour`, `day` …), oldest first.
  public func aggregates(
    _ ticker: String, multiplier: Int = 1, timespan: String, times: ClosedRange<Timestamp>, isAdjusted: Bool = true,
    for user: RequestUser = .reference
  ) -> RESTPages<Aggregate> {
    var request = RESTRequest(
      "v2", "aggs", "ticker", ticker, "range", String(multiplier), timespan,
      String(times.lowerBound.milliseconds), String(times.upperBound.milliseconds))
    request.add("adjusted", isAdjusted)
    request.add("sort", "asc")
    request.add("limit", 50_000)
    return RESTPages(client: self, first: request, user: user)
  }

  /// The bar of the session before; nil when the vendor has none.
  public func previousClose(
    _ ticker: String, for user: RequestUser = .reference
  ) async throws(PolygonRESTError) -> Aggregate? {
    let request = RESTRequest("v2", "aggs", "ticker", ticker, "prev")
    return try await RESTPages<Aggregate>(client: self, first: request, user: user).firstPage().rows.first
  }

  /// Listed contracts of one underlying, without quotes.
  /// - Parameter day: the list as it stood on that day; nil for today's.
  public func contracts(
    underlying: String, expiries: ClosedRange<MarketDate>? = nil, strikes: ClosedRange<Price>? = nil,
    asOf day: MarketDate? = nil, includesExpired: Bool = false, for user: RequestUser = .reference
  ) -> RESTPages<OptionContract> {
    var request = RESTRequest("v3", "reference", "options", "contracts")
    request.add("underlying_ticker", underlying)
    request.add("as_of", day)
    request.add("expiration_date.gte", expiries?.lowerBound)
    request.add("expiration_date.lte", expiries?.upperBound)
    request.add("strike_price.gte", strikes?.lowerBound)
    request.add("strike_price.lte", strikes?.upperBound)
    request.add("expired", includesExpired ? true : nil)
    request.add("order", "asc")
    request.add("sort", "ticker")
    request.add("limit", 1000)
    return RESTPages(client: self, first: request, user: user)
  }

  public func contract(
    _ ticker: String, for user: RequestUser = .reference
  ) async throws(PolygonRESTError) -> OptionContract {
    try await single(RESTRequest("v3", "reference", "options", "contracts", ticker), user)
  }

  /// - Parameter assetClass: `options` or `stocks`.
  public func conditions(
    assetClass: String, for user: RequestUser = .reference
  ) -> RESTPages<VendorCondition> {
    var request = RESTRequest("v3", "reference", "conditions")
    request.add("asset_class", assetClass)
    request.add("data_type", "trade")
    request.add("limit", 1000)
    return RESTPages(client: self, first: request, user: user)
  }

  /// - Parameter assetClass: `options` or `stocks`.
  public func exchanges(assetClass: String, for user: RequestUser = .reference) -> RESTPages<VendorExchange> {
    var request = RESTRequest("v3", "reference", "exchanges")
    request.add("asset_class", assetClass)
    return RESTPages(client: self, first: request, user: user)
  }

  /// Whether the market is open, and the vendor's clock: the cheapest request there is, part of every plan.
  public func marketStatus(for user: RequestUser = .reference) async throws(PolygonRESTError) -> MarketStatus {
    try await answer(RESTRequest("v1", "marketstatus", "now"), as: MarketStatus.self, for: user)
  }

  public func upcomingHolidays(
    for user: RequestUser = .reference
  ) async throws(PolygonRESTError) -> [UpcomingHoliday] {
    let request = RESTRequest("v1", "marketstatus", "upcoming")
    return try await answer(request, as: [LenientRow<UpcomingHoliday>].self, for: user).compactMap(\.row)
  }

  // MARK: Pieces

  private func historyRequest(_ kind: String, _ history: HistoryRequest) -> RESTRequest {
    var request = RESTRequest("v3", kind, history.ticker)
    request.add("timestamp.gte", history.from?.nanoseconds)
    request.add("timestamp.lte", history.to?.nanoseconds)
    request.add("order", history.isAscending ? "asc" : "desc")
    request.add("sort", "timestamp")
    request.add("limit", history.pageRows)
    return request
  }

  private func single<Row: Decodable & Sendable>(
    _ request: RESTRequest, _ user: RequestUser
  ) async throws(PolygonRESTError) -> Row {
    let answer = try await answer(request, as: SingleAnswer<Row>.self, for: user)
    guard let row = answer.results else {
      throw PolygonRESTError(.notFound, status: 200, request: request.text, words: "the answer has no results")
    }
    return row
  }
}
