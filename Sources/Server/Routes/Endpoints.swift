import MarketModel

/// Everything that is served, described for `/openapi.json` and `/docs`.
enum Endpoints {
  static let all = core + AlertEndpoints.all

  private static let core: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/health", operation: "getHealth", summary: "State of the process and of its data",
      doc: "Every doubt about the data is a reason; any reason makes the status at least degraded.",
      answers: [
        .json(200, "Status is ok or degraded.", Health.schema.record),
        .json(503, "Status is down; the same record.", Health.schema.record), badParameter, foreignHost,
      ]),
    Endpoint(
      method: "GET", path: "/top", operation: "getTop", summary: "Contracts with the most flow today",
      doc: "From the engine's newest snapshot, at most 250 ms old.", parameters: TopRoute.parameters.descriptions,
      answers: [.json(200, "The contracts, highest first.", TopAnswer.schema.record), badParameter, foreignHost]),
    Endpoint(
      method: "GET", path: "/prints", operation: "getPrints", summary: "Prints, newest first",
      doc: "From memory as far as it reaches, then from the database. Give `next` back as `cursor` for the page after. "
        + "After a gap in memory (`queues.publisher.skipped` in /health) the newest prints below it are missing until they "
        + "are on disk (`storage.lag_milliseconds`).",
      parameters: PrintsRoute.parameters.descriptions,
      answers: [
        .json(200, "A page of prints.", PrintsPage.schema.record), badParameter, foreignHost,
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ]),
    Endpoint(
      method: "GET", path: DetectionsRoute.path, operation: "getDetections",
      summary: "What the detectors found, newest first",
      doc:
        "Ordered by the newest print, so that one moves to the front when a print joins. From memory as far as it reaches, "
        + "then from the database. Give `next` back as `cursor` for the page after; the stream tells of what is new.",
      parameters: DetectionsRoute.parameters.descriptions,
      answers: [
        .json(200, "A page of detections.", DetectionsPage.schema.record), badParameter, foreignHost,
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ]),
    Endpoint(
      method: "GET", path: DetectionRoute.prefix + "{id}", operation: "getDetection",
      summary: "One detection with all its prints",
      doc:
        "An id is day, detector and count of its finds on that day, `20261120-sweep-17`: the same whenever the day is played.",
      parameters: [
        ParameterDescription(name: "id", place: .path, type: .text(), doc: "The `id` of a row of /detections.")
      ] + DetectionRoute.parameters.descriptions,
      answers: [
        .json(200, "The detection.", DetectionAnswer.schema.record), badParameter, foreignHost,
        .problem(404, "Nothing of that id was found."),
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ]),
    Endpoint(
      method: "GET", path: HistoryPath.flow, operation: "getHistoryFlow",
      summary: "Stored prints of any time, newest first",
      doc:
        "From the database only: the last quarter of a second may be missing. Give `next` back as `cursor` for the page after.",
      parameters: HistoryFlowRoute.parameters.descriptions,
      answers: [.json(200, "A page of prints.", PrintsPage.schema.record)] + historyProblems),
    Endpoint(
      method: "GET", path: HistoryPath.rollups, operation: "getHistoryRollups",
      summary: "Stored minutes, summed to steps",
      doc:
        "By underlying over all its options, or by contract. A minute is there once it is over; what several runs have of one "
        + "minute is added up. Give `next` back as `cursor` for the page after.",
      parameters: HistoryRollupsRoute.parameters.descriptions,
      answers: [.json(200, "A page of steps.", RollupsPage.schema.record)] + historyProblems),
    Endpoint(
      method: "GET", path: HistoryPath.totals, operation: "getHistoryTotals",
      summary: "Sums of stored prints by any dimensions",
      doc: "Option prints only, without cancelled ones and those that the tape's conditions take out of volume.",
      parameters: HistoryTotalsRoute.parameters.descriptions,
      answers: [.json(200, "The sums.", TotalsAnswer.schema.record)] + historyProblems),
    Endpoint(
      method: "POST", path: "/query", operation: "postQuery", summary: "Ask SQL of the store and the lake, read only",
      doc:
        "One SELECT over the tables and views of the database (SHOW TABLES) and `lake`, the Parquet files. It runs in a process of "
        + "its own with bounds on rows, bytes, time and memory, and can reach no file and no network. `format` csv, table and "
        + "parquet answer as text/csv, text/plain and application/vnd.apache.parquet; a cut answer says so in the JSON and in the "
        + "header MarketFlow-Truncated. Only for clients on this machine.",
      requestBody: StatementRoute.body,
      answers: [
        .json(200, "The rows.", StatementRoute.answer),
        .problem(400, "The statement cannot be used, or the body is not JSON."),
        .problem(403, "The request comes from elsewhere."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used, or the statement takes more time or memory than it may."),
        .problem(503, "There is no database, it cannot be read, or too many statements wait."),
      ]),
    Endpoint(
      method: "GET", path: "/ticker/{symbol}", operation: "getTicker", summary: "One underlying's option flow today",
      doc: "Totals, one expiry by strike, all expiries, and the day minute by minute.",
      parameters: [underlying] + TickerRoute.parameters.descriptions,
      answers: [
        .json(200, "The underlying's day.", TickerAnswer.schema.record), badParameter, foreignHost,
        .problem(404, "The underlying has no option quote or print today."),
      ]),
    Endpoint(
      method: "GET", path: "/positioning/{symbol}", operation: "getPositioning",
      summary: "What dealers hold of one underlying's options, and what follows",
      doc:
        "Exposure to each greek, the levels, what dealers must trade to stay hedged, put/call ratios and max pain by expiry. "
        + "Worked out every few seconds; `as_of` and `age_seconds` say of when it is. A figure that cannot be told is null, and "
        + "`missing` beside it says why.",
      parameters: [underlying],
      answers: [
        .json(200, "Where the dealers stand.", PositioningAnswer.schema.record)
      ] + positioningProblems),
    Endpoint(
      method: "GET", path: "/gex/{symbol}", operation: "getGex",
      summary: "Gamma exposure of one underlying's dealers by strike or expiry",
      doc: "The rows, their sum, the levels that stand out, and the sum priced anew along the price.",
      parameters: [underlying] + PositioningRoute.gexParameters.descriptions,
      answers: [.json(200, "The gamma exposure.", GexAnswer.schema.record)] + positioningProblems),
    Endpoint(
      method: "GET", path: FlowRoute.prefix + "{symbol}", operation: "getFlow",
      summary: "Order-flow aggregates of one underlying",
      doc:
        "Premium, volume, net premium, net delta, sentiment and institutional share of its option prints, over the trading day or "
        + "the last 60 minutes, by strike, expiry, trade type, side or interval. Exact under cancellations and prints that come late: "
        + "a print counts at its own time. Each row names the address of its prints; without a database that shows what is still in "
        + "memory.",
      parameters: [underlying] + FlowRoute.parameters.descriptions,
      answers: [
        .json(200, "The sums.", FlowAnswer.schema.record), badParameter, foreignHost,
        .problem(404, "The underlying has no option quote or print today."),
        .problem(409, "This run keeps no order-flow sums."),
        .problem(503, "The engine does not answer, or too many questions wait for it."),
      ]),
    Endpoint(
      method: "POST", path: "/trades", operation: "postTrade", summary: "Enter a print by hand",
      doc:
        "Goes through the same door as the vendor's prints and comes back marked `injected`. Only for clients on this "
        + "machine, and only for pages that this server served.",
      requestBody: TradesRoute.body,
      answers: [
        .json(202, "The print is on its way.", TradesRoute.Accepted.schema.record),
        .problem(400, "The body is not JSON."), .problem(403, "The request comes from elsewhere."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used; `detail` says why."),
        .problem(503, "The feed's inbox is full."),
      ]),
    Endpoint(
      method: "GET", path: ReplayRoute.path, operation: "getReplay", summary: "How the recording is being played",
      doc: "Only while the source is a recording (mode replay).",
      answers: [
        .json(200, "The player.", ReplayFacts.schema.record), badParameter, foreignHost,
        .problem(409, "The source is no recording."),
      ]),
    Endpoint(
      method: "POST", path: ReplayRoute.path, operation: "postReplay",
      summary: "Pause, speed and position of the playing",
      doc:
        "Answers with the player as it is told to be; it gets there within milliseconds, to another moment as fast as it can "
        + "play. Only for clients on this machine, and only for pages that this server served.",
      requestBody: ReplayRoute.body,
      answers: [
        .json(202, "The command is on its way.", ReplayFacts.schema.record),
        .problem(400, "The body is not JSON."), .problem(403, "The request comes from elsewhere."),
        .problem(409, "The source is no recording, or cannot do that; `detail` says why."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used; `detail` says why."),
      ]),
    Endpoint(
      method: "GET", path: "/ws/stream", operation: "openStream", summary: "The stream (WebSocket)",
      doc: "Text messages: one StreamHello, then a StreamState every 250 ms (a slow reader gets only the newest) and "
        + "StreamPrints, StreamAlerts and StreamDetections at most every 50 ms. Prints a client could not be sent are counted in `missed`; cancellations "
        + "are sent later, and one that has missed too many is sent a StreamHello with `resumed` false: it has to clear "
        + "its tape. What was found before, and what `missed` of StreamDetections counts, /detections has.",
      parameters: StreamRoute.parameters.descriptions,
      answers: [
        Endpoint.Answer(status: 101, doc: "The connection is a WebSocket from here on."), badParameter,
        foreignHost,
      ]),
    Endpoint(
      method: "GET", path: "/openapi.json", operation: "getDescription", summary: "This description",
      doc: "OpenAPI 3.1, made from the same lists the answers are written from.",
      answers: [Endpoint.Answer(status: 200, doc: "The description.", contentType: "application/json"), foreignHost]),
    Endpoint(
      method: "GET", path: "/docs", operation: "getDocs", summary: "This description as a page", doc: "For people.",
      answers: [Endpoint.Answer(status: 200, doc: "The page.", contentType: "text/html"), foreignHost]),
  ]

  /// The stream's messages.
  static let messages: [RecordDescription] = [
    StreamHello.schema.record, StreamState.schema.record, StreamPrints.schema.record, StreamAlerts.schema.record,
    StreamDetections.schema.record,
  ]

  private static let underlying = ParameterDescription(
    name: "symbol", place: .path, type: .text(), doc: "The underlying, such as SPY.")
  private static let positioningProblems = [
    badParameter, foreignHost,
    .problem(404, "Neither open interest nor a print of the underlying's options is known today."),
    .problem(409, "Nothing is worked out yet, or this run works out none; `detail` says which."),
  ]
  private static let foreignHost = Endpoint.Answer.problem(
    403, "The request comes from elsewhere: Host or Origin do not name this server.")
  private static let historyProblems = [
    badParameter, foreignHost,
    .problem(503, "There is no database, it cannot be read, took too long, or too many questions wait for it."),
  ]
  private static let badParameter = Endpoint.Answer.problem(400, "A parameter cannot be used, or is not known.")
}
