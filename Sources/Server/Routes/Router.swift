import Alerting
import MarketModel

/// Requests in, answers out; knows no socket. Lives on the network thread.
final class Router {
  typealias Reply = @Sendable (APIResponse) -> Void

  let model: ReadModel
  private let health: () -> Health
  let history: QueryThread?
  private let statements: StatementThread?
  private let inject: (@Sendable (InjectedTrade) -> InjectionOutcome)?
  private let replay: ReplayPlayer?
  private let recordings: RecordedDaysDesk?
  private let positioning: PositioningRoute
  private let alerts: AlertsRoute?
  private let flow: FlowDesk?
  private var files: StaticFiles
  private var snapshotAnswers = ResponseCache()
  private var printAnswers = ResponseCache()
  private let description: [UInt8]
  private let docs: [UInt8]

  /// - Parameters:
  ///   - health: a reading of the whole, whenever asked.
  ///   - history: nil when there is no store.
  ///   - statements: nil when no SQL is answered.
  ///   - inject: nil when nothing may be injected.
  ///   - replay: nil when the source is no recording.
  ///   - recordings: nil when nobody knows which there are.
  ///   - flow: nil when no order flow is summed.
  ///   - positioning: without a board when this run works out none.
  ///   - alerts: nil when none are kept.
  init(
    model: ReadModel, version: String, files: StaticFiles, history: QueryThread?, statements: StatementThread?,
    health: @escaping () -> Health,
    inject: (@Sendable (InjectedTrade) -> InjectionOutcome)?, replay: ReplayPlayer? = nil,
    recordings: RecordedDaysDesk? = nil, positioning: PositioningRoute, alerts: AlertsThread? = nil,
    flow: FlowDesk? = nil
  ) {
    self.model = model
    self.files = files
    self.history = history
    self.statements = statements
    self.health = health
    self.inject = inject
    self.replay = replay
    self.recordings = recordings
    self.positioning = positioning
    self.alerts = alerts.map { AlertsRoute($0) }
    self.flow = flow
    description = OpenAPIDocument.encode(version: version, endpoints: Endpoints.all, messages: Endpoints.messages)
    docs = DocsPage.html(version: version, endpoints: Endpoints.all, messages: Endpoints.messages)
  }

  /// Answers a request, at once or, when the store is asked, later from the query thread. `HEAD` is answered like `GET`.
  func answer(_ request: APIRequest, reply: @escaping Reply) {
    do throws(Problem) {
      try route(request, reply)
    } catch {
      reply(error.response)
    }
  }

  private func route(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    switch request.path {
    case "/health":
      try allow(["GET", "HEAD"], request)
      try refuseParameters(request)
      let health = health()
      reply(.live(Health.schema.encode(health), status: health.status == .down ? 503 : 200))
    case "/top":
      try allow(["GET", "HEAD"], request)
      reply(try fromSnapshot(request) { () throws(Problem) in try top(request) })
    case "/prints":
      try allow(["GET", "HEAD"], request)
      try prints(request, reply)
    case DetectionsRoute.path:
      try allow(["GET", "HEAD"], request)
      try detections(request, reply)
    case HistoryPath.flow, HistoryPath.rollups, HistoryPath.totals:
      try allow(["GET", "HEAD"], request)
      try fromHistory(request, reply)
    case "/query":
      try allow(["POST"], request)
      try query(request, reply)
    case "/trades":
      try allow(["POST"], request)
      reply(try injectTrade(request))
    case ReplayRoute.path:
      try allow(["GET", "HEAD", "POST"], request)
      if request.method == "POST" { try commandReplay(request, reply) } else { reply(try replayState(request)) }
    case ReplayRoute.daysPath:
      try allow(["GET", "HEAD"], request)
      try refuseParameters(request)
      guard let recordings else { throw .storeUnavailable("\(request.path): this run knows no recorded days") }
      try recordings.list(reply)
    case "/openapi.json":
      try allow(["GET", "HEAD"], request)
      reply(APIResponse(headers: [("Cache-Control", "no-cache")], body: description))
    case "/docs":
      try allow(["GET", "HEAD"], request)
      reply(APIResponse(contentType: "text/html; charset=utf-8", headers: [("Cache-Control", "no-cache")], body: docs))
    case "/docs.css":
      try allow(["GET", "HEAD"], request)
      reply(
        APIResponse(
          contentType: "text/css; charset=utf-8", headers: [("Cache-Control", "no-cache")], body: DocsPage.stylesheet))
    case "/ws/stream":
      try allow(["GET"], request)
      throw Problem(
        kind: .badParameter, status: 426,
        detail: "/ws/stream: a plain request came; wanted a WebSocket handshake (Upgrade: websocket).",
        headers: [("Upgrade", "websocket")])
    default:
      try other(request, reply)
    }
  }

  private func other(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    if request.path.hasPrefix(DetectionRoute.prefix) {
      try allow(["GET", "HEAD"], request)
      return try detection(String(request.path.dropFirst(DetectionRoute.prefix.count)), request, reply)
    }
    let ticker = "/ticker/"
    if request.path.hasPrefix(ticker) {
      try allow(["GET", "HEAD"], request)
      let symbol = String(request.path.dropFirst(ticker.count))
      return reply(try fromSnapshot(request) { () throws(Problem) in try self.ticker(symbol, request) })
    }
    if PositioningRoute.serves(request.path) {
      try allow(["GET", "HEAD"], request)
      return reply(try positioning.answer(request, from: model))
    }
    if AlertsRoute.isResponsible(request.path) {
      guard let alerts else { throw .storeUnavailable("\(request.path.prefix(200)): this run keeps no alerts") }
      return try alerts.answer(request, reply)
    }
    if request.path.hasPrefix(FlowRoute.prefix) {
      try allow(["GET", "HEAD"], request)
      return try flow(String(request.path.dropFirst(FlowRoute.prefix.count)), request, reply)
    }
    if let file = files.answer(request) {
      try allow(["GET", "HEAD"], request)
      return reply(file)
    }
    if request.path == "/" {
      throw .notFound("/: this server has no page to show; the API is described at /docs")
    }
    let known = Endpoints.all.map(\.path).filter { !$0.contains("{") }
    let near = NearMiss.best(for: request.path, among: known).map { "; did you mean \($0)?" } ?? "; see /docs"
    throw .notFound("\(request.path.prefix(200)): nothing is there\(near)")
  }

  // MARK: From the snapshot

  /// The kept answer while the snapshot is the same, else a new one.
  private func fromSnapshot(
    _ request: APIRequest, _ make: () throws(Problem) -> APIResponse
  ) throws(Problem) -> APIResponse {
    let key = request.cacheKey
    if let known = snapshotAnswers.known(key, generation: model.snapshotGeneration) { return known }
    return snapshotAnswers.keep(try make(), key)
  }

  private func top(_ request: APIRequest) throws(Problem) -> APIResponse {
    let question = try TopRoute.parameters.parse(request.query, into: .init())
    return .live(TopAnswer.schema.encode(TopRoute.answer(question, from: model), reservingBytes: 32 << 10))
  }

  private func ticker(_ symbol: String, _ request: APIRequest) throws(Problem) -> APIResponse {
    let question = try TickerRoute.parameters.parse(request.query, into: .init())
    let answer = try TickerRoute.answer(symbol, question, from: model)
    return .live(TickerAnswer.schema.encode(answer, reservingBytes: 64 << 10))
  }

  // MARK: Order flow

  /// Asks the engine, which answers within some milliseconds.
  private func flow(_ symbol: String, _ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    let question = try FlowRoute.parameters.parse(request.query, into: .init())
    guard let flow else {
      throw Problem(
        kind: .wrongSource, status: 409, detail: "\(request.path): this run keeps no order-flow sums; see /ticker.")
    }
    let (id, symbol) = try FlowRoute.underlying(symbol, in: model)
    let (path, printBase) = (request.path, model.printBase)
    let isAccepted = flow.ask(id) { report in
      guard let report else {
        return reply(Problem.busy("\(path): the engine has not answered for 5 seconds; see /health").response)
      }
      let answer = FlowRoute.answer(question, symbol, report, printBase: printBase)
      reply(.live(FlowAnswer.schema.encode(answer, reservingBytes: 4096 + answer.rows.count * 2048)))
    }
    guard isAccepted else {
      throw .busy("\(path): \(Limits.waitingQueries) questions wait for the engine already; ask again in a second")
    }
  }

  // MARK: Prints

  private func prints(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    let key = request.cacheKey
    if let known = printAnswers.known(key, generation: model.printGeneration) { return reply(known) }
    let question = try PrintsRoute.parameters.parse(request.query, into: .init())
    try question.checkRanges()
    let part = PrintsRoute.fromMemory(question, model)
    guard let before = part.storeBefore, let history else {
      return reply(printAnswers.keep(live(PrintsRoute.page(part)), key))
    }
    guard part.rows.count < question.limit else {
      // Full already; whether the store has more is for the next page to find out.
      let page = PrintsPage(rows: part.rows, next: part.rows.last?.id, source: .memory)
      return reply(printAnswers.keep(live(page), key))
    }
    let isAccepted = history.submit { source in
      do {
        let page = try PrintsRoute.page(part, question, before: before, history: source.get())
        reply(.live(PrintsPage.schema.encode(page, reservingBytes: 512 + page.rows.count * 640)))
      } catch {
        reply(Problem.storeUnavailable("prints before \(before): \(error); newer ones are in memory").response)
      }
    }
    guard isAccepted else {
      throw .busy("/prints: \(Limits.waitingQueries) questions wait for the store already; ask again in a second")
    }
  }

  private func live(_ page: PrintsPage) -> APIResponse {
    .live(PrintsPage.schema.encode(page, reservingBytes: 512 + page.rows.count * 640))
  }

  // MARK: The store

  /// Reads the question here, answers it on the query thread.
  private func fromHistory(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    let answer = try HistoryPath.answerer(request)
    guard let history else {
      throw .storeUnavailable(
        "\(request.path): this run keeps no store: it was started with --no-store or plays a recorded day")
    }
    let path = request.path
    let isAccepted = history.submit { source in
      do {
        reply(.live(try answer(source.get())))
      } catch {
        reply(Problem.storeUnavailable("\(path): \(error)").response)
      }
    }
    guard isAccepted else {
      throw .busy("\(path): \(Limits.waitingQueries) questions wait for the store already; ask again in a second")
    }
  }

  private func query(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    try checkPosted(request)
    let question = try StatementRoute.parse(request.body)
    guard let statements else {
      throw .storeUnavailable("/query: this run keeps no store: it was started with --no-store or plays a recorded day")
    }
    guard statements.submit(question, reply: reply) else {
      throw .busy("/query: \(Limits.waitingStatements) statements wait already; ask again in a second")
    }
  }

  // MARK: Injection

  private func injectTrade(_ request: APIRequest) throws(Problem) -> APIResponse {
    try checkPosted(request)
    let trade = try TradesRoute.parse(request.body)
    guard let inject else { throw .busy("/trades: this run takes no injected prints") }
    switch inject(trade) {
    case .accepted: return .live(TradesRoute.Accepted.schema.encode(.init()), status: 202)
    case .full: throw .busy("/trades: the feed's inbox is full; send it again in a second")
    case .refused(let reason):
      throw Problem(kind: .badBody, status: 422, detail: "/trades: \(reason)")
    }
  }

  // MARK: Replay

  private func player() throws(Problem) -> ReplayPlayer {
    guard let replay else {
      throw Problem(
        kind: .wrongSource, status: 409,
        detail: "/replay: this run plays no recording; start marketflow serve with --replay and a file or a date.")
    }
    return replay
  }

  private func replayState(_ request: APIRequest) throws(Problem) -> APIResponse {
    try refuseParameters(request)
    let facts = try player().facts()
    try demandDay(facts)
    return .live(ReplayFacts.schema.encode(facts, reservingBytes: 512))
  }

  /// Of a day that cannot be played there is nothing to tell, and nothing to be done with it.
  private func demandDay(_ facts: ReplayFacts) throws(Problem) {
    guard let failure = facts.failure else { return }
    throw Problem(
      kind: .wrongSource, status: 409,
      detail: "/replay: \(failure); choose another day: GET \(ReplayRoute.daysPath) lists them, POST /replay takes one."
    )
  }

  private func commandReplay(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    try checkPosted(request)
    let (command, choice) = try ReplayRoute.parse(request.body, replay?.facts() ?? ReplayFacts())
    if let choice, let recordings { return try recordings.play(choice, command, reply) }
    let player = try player()
    try demandDay(player.facts())
    switch player.command(command) {
    case .accepted: reply(.live(ReplayFacts.schema.encode(player.facts(), reservingBytes: 512), status: 202))
    case .refused(let reason): throw Problem(kind: .wrongSource, status: 409, detail: "/replay: \(reason)")
    }
  }

  // MARK: Checks

  /// What is posted comes from this machine, and from no page of somebody else's.
  private func checkPosted(_ request: APIRequest) throws(Problem) {
    try PostedRequest.check(request)
    try refuseParameters(request)
  }

  private func allow(_ methods: [String], _ request: APIRequest) throws(Problem) {
    guard methods.contains(request.method) else {
      throw .methodNotAllowed(request.method, path: request.path, allowed: methods)
    }
  }

  private func refuseParameters(_ request: APIRequest) throws(Problem) {
    if let first = request.query.first { throw .unknownParameter(first.name, known: []) }
  }
}
