/// `/positioning`, `/gex` and its history as the description names them.
enum PositioningEndpoints {
  static let all: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/positioning/{symbol}", operation: "getPositioning",
      summary: "What dealers hold of one underlying's options, and what follows",
      doc:
        "Exposure to each greek, the levels, what dealers must trade to stay hedged, put/call ratios and max pain by expiry. "
        + "Worked out every few seconds; `as_of` and `age_seconds` say of when it is. A figure that cannot be told is null, and "
        + "`missing` beside it says why.",
      parameters: [ParameterDescription.underlying],
      answers: [
        .json(200, "Where the dealers stand.", PositioningAnswer.schema.record)
      ] + problems),
    Endpoint(
      method: "GET", path: "/gex/{symbol}", operation: "getGex",
      summary: "Gamma exposure of one underlying's dealers by strike or expiry",
      doc: "The rows, their sum, the levels that stand out, and the sum priced anew along the price.",
      parameters: [ParameterDescription.underlying] + PositioningRoute.gexParameters.descriptions,
      answers: [.json(200, "The gamma exposure.", GexAnswer.schema.record)] + problems),
    Endpoint(
      method: "GET", path: "/gex/{symbol}/history", operation: "getGexHistory",
      summary: "Gamma exposure by strike over the session, minute by minute",
      doc:
        "Of each minute of stream time the newest reading: a sample, taken every few seconds of wall time. Kept in memory for "
        + "the session under way; a new session, a restart and a recording that is played again begin anew.",
      parameters: [ParameterDescription.underlying] + PositioningRoute.historyParameters.descriptions,
      answers: [.json(200, "The minutes so far.", GexHistoryAnswer.schema.record)] + problems),
  ]

  private static let problems: [Endpoint.Answer] = [
    .badParameter, .foreignHost,
    .problem(404, "Neither open interest nor a print of the underlying's options is known today."),
    .problem(409, "Nothing is worked out yet, or this run works out none; `detail` says which."),
  ]
}
