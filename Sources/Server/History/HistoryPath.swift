/// The addresses of stored flow, and what reads the answer to a request for one.
enum HistoryPath {
  static let flow = "/history/flow"
  static let rollups = "/history/rollups"
  static let totals = "/history/totals"

  /// Gives the answer's text; runs on the query thread.
  typealias Answerer = @Sendable (any FlowHistory) throws -> [UInt8]

  /// - Throws: a problem for a parameter that cannot be used.
  static func answerer(_ request: APIRequest) throws(Problem) -> Answerer {
    switch request.path {
    case flow:
      let question = try HistoryFlowRoute.parameters.parse(request.query, into: .init())
      try question.checkRanges()
      return { history in
        let page = try HistoryFlowRoute.page(question, history)
        return PrintsPage.schema.encode(page, reservingBytes: 512 + page.rows.count * 640)
      }
    case rollups:
      let question = try HistoryRollupsRoute.parameters.parse(request.query, into: .init())
      try question.checkRanges()
      return { history in
        let page = try HistoryRollupsRoute.page(question, history)
        return RollupsPage.schema.encode(page, reservingBytes: 512 + page.rows.count * 320)
      }
    default:
      let question = try HistoryTotalsRoute.parameters.parse(request.query, into: .init())
      try question.checkRanges()
      return { history in
        let answer = try HistoryTotalsRoute.answer(question, history)
        return TotalsAnswer.schema.encode(answer, reservingBytes: 512 + answer.rows.count * 320)
      }
    }
  }
}
