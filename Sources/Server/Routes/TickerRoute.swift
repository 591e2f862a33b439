import MarketModel

/// `GET /ticker/{symbol}`: one underlying's day.
enum TickerRoute {
  struct Question: Sendable {
    var expiry: MarketDate?
  }

  static let parameters = ParameterSet<Question>([
    .text(
      "expiry", "The expiry of by_strike; the nearest when left out.", format: "date",
      wanted: "a date such as 2025-12-16"
    ) { question, text in
      question.expiry = MarketDate(text: text)
      return question.expiry != nil
    }
  ])

  static func answer(_ symbol: String, _ question: Question, from model: ReadModel) throws(Problem) -> TickerAnswer {
    guard let canonical = SymbolDirectory.canonical(symbol) else {
      throw .badParameter("symbol", seen: symbol, wanted: "an underlying such as SPY")
    }
    guard let id = model.directory.find(canonical), let totals = model.index.underlying(id) else {
      throw .notFound(missing(canonical, in: model, asking: "/ticker/"))
    }
    let chain = Chain(of: id, in: model)
    let byExpiry = chain.byExpiry
    if let expiry = question.expiry, !byExpiry.contains(where: { $0.expiry == expiry }) {
      let known = byExpiry.map(\.expiry.description).joined(separator: ", ")
      throw .badParameter("expiry", seen: expiry.description, wanted: "one of \(known)")
    }
    let expiry = question.expiry ?? chain.nearestExpiry(on: model.snapshot.session)
    return TickerAnswer(
      symbol: canonical, session: model.snapshot.session, asOf: model.snapshot.streamTime, totals: totals,
      expiry: expiry,
      byStrike: expiry.map { chain.strikes(of: $0) } ?? [], byExpiry: byExpiry)
  }

  /// Why a symbol has no sums, and what to ask for.
  static func missing(_ symbol: String, in model: ReadModel, asking path: String) -> String {
    if let option = OptionSymbol(polygon: symbol) {
      return "\(symbol) is a contract; wanted an underlying, ask for \(path)\(option.underlying)"
    }
    let known = model.snapshot.underlyings.map { model.directory[$0.instrument].symbol }.sorted()
    let list = known.isEmpty ? "none yet" : known.prefix(20).joined(separator: ", ")
    return "\(symbol) has no option quote or print today; underlyings that have: \(list)"
  }
}

extension TickerRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/ticker/{symbol}", operation: "getTicker", summary: "One underlying's option flow today",
      doc: "Totals, one expiry by strike, all expiries, and the day minute by minute.",
      parameters: [ParameterDescription.underlying] + TickerRoute.parameters.descriptions,
      answers: [
        .json(200, "The underlying's day.", TickerAnswer.schema.record), .badParameter, .foreignHost,
        .problem(404, "The underlying has no option quote or print today."),
      ])
  ]
}
