import MarketModel

/// Everything that is served, described for `/openapi.json` and `/docs`: each group of routes declares its own.
enum Endpoints {
  static let all =
    health + TopRoute.endpoints + PrintsRoute.endpoints + DetectionEndpoints.all + HistoryEndpoints.all
    + StatementRoute.endpoints + TickerRoute.endpoints + PositioningEndpoints.all + FlowRoute.endpoints
    + TradesRoute.endpoints + ReplayRoute.endpoints + ofItself + AlertEndpoints.all

  private static let health: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/health", operation: "getHealth", summary: "State of the process and of its data",
      doc: "Every doubt about the data is a reason; any reason makes the status at least degraded.",
      answers: [
        .json(200, "Status is ok or degraded.", Health.schema.record),
        .json(503, "Status is down; the same record.", Health.schema.record), .badParameter, .foreignHost,
      ])
  ]

  private static let watching =
    "A client may send a StreamWatch: the next state, which comes at once, and those after it have the grid and the minutes "
    + "of that underlying. What it sends else, in more than \(Limits.clientRequestBytes) bytes or more than "
    + "\(Limits.clientRequestsPerSecond) times a second is answered with a StreamError."

  private static let ofItself: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/ws/stream", operation: "openStream", summary: "The stream (WebSocket)",
      doc: "Text messages: one StreamHello, then a StreamState every 250 ms (a slow reader gets only the newest) and "
        + "StreamPrints, StreamAlerts and StreamDetections at most every 50 ms. Prints a client could not be sent are counted in `missed`; cancellations "
        + "are sent later, and one that has missed too many is sent a StreamHello with `resumed` false: it has to clear "
        + "its tape. What was found before, and what `missed` of StreamDetections counts, /detections has. "
        + watching,
      parameters: StreamRoute.parameters.descriptions,
      answers: [
        Endpoint.Answer(status: 101, doc: "The connection is a WebSocket from here on."), .badParameter,
        .foreignHost,
      ]),
    Endpoint(
      method: "GET", path: "/openapi.json", operation: "getDescription", summary: "This description",
      doc: "OpenAPI 3.1, made from the same lists the answers are written from.",
      answers: [Endpoint.Answer(status: 200, doc: "The description.", contentType: "application/json"), .foreignHost]),
    Endpoint(
      method: "GET", path: "/docs", operation: "getDocs", summary: "This description as a page", doc: "For people.",
      answers: [Endpoint.Answer(status: 200, doc: "The page.", contentType: "text/html"), .foreignHost]),
  ]

  /// The stream's messages.
  static let messages: [RecordDescription] = [
    StreamHello.schema.record, StreamState.schema.record, StreamPrints.schema.record, StreamAlerts.schema.record,
    StreamDetections.schema.record, StreamError.schema.record, StreamRequest.body,
  ]
}
