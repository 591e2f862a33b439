/// `/history` as the description names it.
enum HistoryEndpoints {
  static let all: [Endpoint] = [
    Endpoint(
      method: "GET", path: HistoryPath.flow, operation: "getHistoryFlow",
      summary: "Stored prints of any time, newest first",
      doc:
        "From the database only: the last quarter of a second may be missing. Give `next` back as `cursor` for the page after.",
      parameters: HistoryFlowRoute.parameters.descriptions,
      answers: [.json(200, "A page of prints.", PrintsPage.schema.record)] + problems),
    Endpoint(
      method: "GET", path: HistoryPath.rollups, operation: "getHistoryRollups",
      summary: "Stored minutes, summed to steps",
      doc:
        "By underlying over all its options, or by contract. A minute is there once it is over; what several runs have of one "
        + "minute is added up. Give `next` back as `cursor` for the page after.",
      parameters: HistoryRollupsRoute.parameters.descriptions,
      answers: [.json(200, "A page of steps.", RollupsPage.schema.record)] + problems),
    Endpoint(
      method: "GET", path: HistoryPath.totals, operation: "getHistoryTotals",
      summary: "Sums of stored prints by any dimensions",
      doc: "Option prints only, without cancelled ones and those that the tape's conditions take out of volume.",
      parameters: HistoryTotalsRoute.parameters.descriptions,
      answers: [.json(200, "The sums.", TotalsAnswer.schema.record)] + problems),
  ]

  private static let problems: [Endpoint.Answer] = [
    .badParameter, .foreignHost,
    .problem(503, "There is no database, it cannot be read, took too long, or too many questions wait for it."),
  ]
}
