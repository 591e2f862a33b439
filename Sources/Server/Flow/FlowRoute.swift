import FlowEngine
import MarketModel

/// `GET /flow/{symbol}`: one underlying's order-flow aggregates.
enum FlowRoute {
  static let prefix = "/flow/"

  struct Question: Sendable {
    var span = FlowSpan.session
    var grouping = FlowGrouping.type
    var intervalMinutes = 5
  }

  static let parameters = ParameterSet<Question>([
    .choice("window", "The trading day, or its last 60 minutes.", standard: .session) { $0.span = $1 },
    .choice("by", "What the rows are; `type` is the trade type.", standard: .type) { $0.grouping = $1 },
    .text("interval", "Minutes of a row by interval: 5, 10 or 30; 5 when left out.", wanted: "5, 10 or 30") {
      question, text in
      guard let minutes = Int(text), [5, 10, 30].contains(minutes) else { return false }
      question.intervalMinutes = minutes
      return true
    },
  ])

  /// The underlying of a path.
  /// - Throws: a problem for what is none, or has no options today.
  static func underlying(_ symbol: String, in model: ReadModel) throws(Problem) -> (id: InstrumentID, symbol: String) {
    guard let canonical = SymbolDirectory.canonical(symbol) else {
      throw .badParameter("symbol", seen: symbol, wanted: "an underlying such as SPY")
    }
    guard let id = model.directory.find(canonical), model.index.underlying(id) != nil else {
      throw .notFound(TickerRoute.missing(canonical, in: model, asking: prefix))
    }
    return (id, canonical)
  }

  static func answer(_ question: Question, _ symbol: String, _ report: FlowReport, printBase: Int64) -> FlowAnswer {
    let link = FlowLink(report, question.span, symbol: symbol, printBase: printBase)
    func row(_ group: FlowGroup, _ totals: FlowTotals) -> FlowRow {
      FlowRow(
        group: group, totals: totals, link: link, institutionalPremiumMicros: report.institutionalPremiumMicros)
    }
    let rows = report.rows(question.span, by: question.grouping, intervalMinutes: question.intervalMinutes)
    return FlowAnswer(
      symbol: symbol, session: report.session, asOf: report.streamTime, span: question.span, from: link.from,
      to: link.to, isWhole: question.span == .session || report.isWindowWhole, grouping: question.grouping,
      intervalMinutes: question.intervalMinutes, institutionalPremiumMicros: report.institutionalPremiumMicros,
      totals: row(.all, report.totals(question.span)), rows: rows.map { row($0.group, $0.totals) })
  }
}

extension FlowRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "GET", path: FlowRoute.prefix + "{symbol}", operation: "getFlow",
      summary: "Order-flow aggregates of one underlying",
      doc:
        "Premium, volume, net premium, net delta, sentiment and institutional share of its option prints, over the trading day or "
        + "the last 60 minutes, by strike, expiry, trade type, side or interval. Exact under cancellations and prints that come late: "
        + "a print counts at its own time. Each row names the address of its prints; without a database that shows what is still in "
        + "memory.",
      parameters: [ParameterDescription.underlying] + FlowRoute.parameters.descriptions,
      answers: [
        .json(200, "The sums.", FlowAnswer.schema.record), .badParameter, .foreignHost,
        .problem(404, "The underlying has no option quote or print today."),
        .problem(409, "This run keeps no order-flow sums."),
        .problem(503, "The engine does not answer, or too many questions wait for it."),
      ])
  ]
}
