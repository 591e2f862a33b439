/// `/positioning` and `/gex` as the description names them.
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
  ]

  private static let problems: [Endpoint.Answer] = [
    .badParameter, .foreignHost,
    .problem(404, "Neither open interest nor a print of the underlying's options is known today."),
    .problem(409, "Nothing is worked out yet, or this run works out none; `detail` says which."),
  ]
}
