import Alerting
import JSONText
import MarketModel

/// `/alerts`: what people were told, what they made of it, and by which rules. Answered by the alerts thread.
struct AlertsRoute {
  static let path = "/alerts"
  private let thread: AlertsThread

  /// What a request asks of the office.
  typealias Job = @Sendable (AlertOffice) throws(AlertRefusal) -> APIResponse

  init(_ thread: AlertsThread) { self.thread = thread }

  static func isResponsible(_ path: String) -> Bool { path == AlertsRoute.path || path.hasPrefix("/alerts/") }

  /// Reads the question here, answers it on the alerts thread.
  func answer(_ request: APIRequest, _ reply: @escaping Router.Reply) throws(Problem) {
    let job = try AlertsRoute.job(request)
    let path = request.path
    let isAccepted = thread.submit { office in
      do throws(AlertRefusal) { reply(try job(office)) } catch { reply(AlertsRoute.problem(error, path).response) }
    }
    guard isAccepted else {
      throw .busy("\(path): too many questions wait for the alerts already; ask again in a second")
    }
  }

  private static func problem(_ refusal: AlertRefusal, _ path: String) -> Problem {
    let detail = "\(path.prefix(200)): \(refusal.words)"
    return switch refusal {
    case .notFound: .notFound(detail)
    case .notAllowed: Problem(kind: .notAllowed, status: 403, detail: detail)
    case .conflict: Problem(kind: .conflict, status: 409, detail: detail)
    case .unusable(let problem): AlertsRoute.problem(problem)
    case .unavailable: .storeUnavailable(detail)
    }
  }

  private static func problem(_ problem: DataProblem) -> Problem {
    guard let member = problem.member else {
      return Problem(
        kind: .badBody, status: 422, detail: "\(problem).", seen: problem.seen, wanted: problem.wanted)
    }
    return .badParameter(member, seen: problem.seen, wanted: problem.wanted, status: 422)
  }

  // MARK: Questions

  private static func job(_ request: APIRequest) throws(Problem) -> Job {
    let parts = request.path.split(separator: "/").dropFirst().map(String.init)
    switch (parts.first, parts.count) {
    case (nil, 0):
      try allow(["GET", "HEAD"], request)
      return try list(request)
    case ("statistics", 1):
      try allow(["GET", "HEAD"], request)
      return try statistics(request)
    case ("rules", 1), ("rules", 2): return try rules(request, parts.count == 2 ? parts[1] : nil)
    case ("subscribers", 1), ("subscribers", 2):
      return try subscribers(request, parts.count == 2 ? parts[1] : nil)
    case ("deliveries", 2) where parts[1] == "resend":
      try allow(["POST"], request)
      return try resend(request)
    case (_, 2) where parts[1] == "acknowledge" || parts[1] == "resolve":
      try allow(["POST"], request)
      return try set(parts[1] == "resolve" ? .resolved : .acknowledged, parts[0], request)
    default:
      throw .notFound(
        "\(request.path.prefix(200)): nothing is there; /alerts, /alerts/rules, /alerts/subscribers and /alerts/statistics are"
      )
    }
  }

  struct Question: Sendable {
    var filter = AlertFilter()
    var limit = 100
  }

  static let parameters = ParameterSet<Question>([
    .choice("state", "Only alerts in this state.") { $0.filter.state = $1 },
    .choice("severity", "Only alerts of this severity or a higher one.") { $0.filter.minimumSeverity = $1 },
    .text("rule", "Only alerts of this rule.", wanted: "a rule's name") { question, text in
      question.filter.rule = text
      return text.utf8.count <= 64
    },
    .text("kind", "Only this kind: a detection's kind, print, a level or an incident.", wanted: "a kind's name") {
      question, text in
      question.filter.kind = text
      return text.utf8.count <= 64
    },
    .text("symbol", "An underlying (SPY) or a whole contract.", wanted: "a symbol such as SPY") { question, text in
      question.filter.symbol = SymbolDirectory.canonical(text)
      return question.filter.symbol != nil
    },
    .text("cursor", "`next` of the page before: only older alerts.", wanted: "the `next` of an earlier answer") {
      question, text in
      question.filter.beforeID = Int64(text).flatMap { $0 > 0 ? $0 : nil }
      return question.filter.beforeID != nil
    },
    .integer("limit", "Most rows.", 1...Limits.answerRows, standard: Question().limit) { $0.limit = $1 },
  ])

  private static func list(_ request: APIRequest) throws(Problem) -> Job {
    let question = try parameters.parse(request.query, into: .init())
    return { office throws(AlertRefusal) in
      // One more than wanted tells whether another page follows.
      var rows = try office.alerts(question.filter, limit: question.limit + 1)
      let hasMore = rows.count > question.limit
      if hasMore { rows.removeLast() }
      let page = AlertsPage(rows: rows, next: hasMore ? rows.last?.id : nil)
      return .live(AlertsPage.schema.encode(page, reservingBytes: 512 + rows.count * 900))
    }
  }

  struct Period: Sendable { var hours = 24 }

  static let statisticsParameters = ParameterSet<Period>([
    .integer("hours", "How far back from now.", 1...2160, standard: Period().hours) { $0.hours = $1 }
  ])

  private static func statistics(_ request: APIRequest) throws(Problem) -> Job {
    let period = try statisticsParameters.parse(request.query, into: .init())
    return { office throws(AlertRefusal) in
      .live(AlertStatistics.schema.encode(try office.statistics(hours: period.hours)))
    }
  }

  // MARK: Commands

  /// Who asks for a change.
  struct Asking: Sendable { var by: String? }

  static let byParameters = ParameterSet<Asking>([
    .text(
      "by", "The subscriber who does it, whose role must allow it; the owner of this machine when left out.",
      wanted: "a subscriber's name"
    ) { asking, text in
      asking.by = text
      return text.utf8.count <= 64
    }
  ])

  /// What is changed is changed from this machine, by no page of somebody else's.
  private static func changed(_ request: APIRequest) throws(Problem) -> String? {
    try PostedRequest.check(request, hasBody: request.method != "DELETE")
    return try byParameters.parse(request.query, into: Asking()).by
  }

  private static func set(_ state: AlertState, _ id: String, _ request: APIRequest) throws(Problem) -> Job {
    let by = try changed(request)
    guard let id = Int64(id), id > 0 else {
      throw .notFound("\(request.path.prefix(200)): \"\(id.prefix(80))\" is no alert's id; wanted a whole number")
    }
    return { office throws(AlertRefusal) in .live(Alert.schema.encode(try office.set(state, of: id, by: by))) }
  }

  static let resendBody = RecordDescription(
    name: "ResendBody", doc: "Which messages that were given up are tried again; all when nothing is named.",
    fields: [
      FieldDescription(name: "channel", type: .text(), doc: "Only those of this channel.", mayBeAbsent: true),
      FieldDescription(name: "id", type: .integer, doc: "Only this message.", mayBeAbsent: true),
    ])

  struct Resent: Sendable {
    var count: Int

    static let schema = Schema<Resent>(
      "Resent", "Messages that are under way again.", [.integer("queued", "How many.") { Int64($0.count) }])
  }

  private static func resend(_ request: APIRequest) throws(Problem) -> Job {
    let by = try changed(request)
    let reader = try RequestBody(request.body, of: resendBody, example: #"{"channel": "desk"}"#)
    let channel = try reader.optional("channel", wanted: "a channel's name") {
      if case .text(let text) = $0 { text } else { nil }
    }
    let id = try reader.optional("id", wanted: "a message's number") {
      if case .number(let text) = $0 { Int64(text) } else { nil }
    }
    return { office throws(AlertRefusal) in
      .live(Resent.schema.encode(Resent(count: try office.resend(channel: channel, id: id, by: by))))
    }
  }

  private static func rules(_ request: APIRequest, _ name: String?) throws(Problem) -> Job {
    try allow(name == nil ? ["GET", "HEAD", "POST"] : ["PUT", "DELETE"], request)
    if request.method == "GET" || request.method == "HEAD" {
      try refuseParameters(request)
      return { office in
        .live(RulesAnswer.schema.encode(RulesAnswer(rows: office.allRules.map { RuleRow(rule: $0) })))
      }
    }
    let by = try changed(request)
    if request.method == "DELETE", let name {
      return { office throws(AlertRefusal) in
        try office.deleteRule(name, by: by)
        return .live(RulesAnswer.schema.encode(RulesAnswer(rows: office.allRules.map { RuleRow(rule: $0) })))
      }
    }
    let rule = try rule(request.body)
    try checkName(rule.name, is: name)
    return { office throws(AlertRefusal) in
      try office.put(rule, isNew: name == nil, by: by)
      return .live(RuleRow.schema.encode(RuleRow(rule: rule)), status: name == nil ? 201 : 200)
    }
  }

  private static func rule(_ bytes: [UInt8]) throws(Problem) -> AlertRule {
    do throws(DataProblem) {
      return if let token = token(bytes) { try AlertRule(token: token) } else { try AlertRule(json: bytes) }
    } catch { throw problem(error) }
  }

  /// The token of a body that is nothing else.
  private static func token(_ bytes: [UInt8]) -> String? {
    do throws(JSONValue.Malformed) {
      guard case .object(let members) = try JSONValue.parse(bytes), members.count == 1,
        case .text(let token)? = members["token"]
      else { return nil }
      return token
    } catch {
      // The rule's own reader says what is wrong with it.
      return nil
    }
  }

  private static func subscribers(_ request: APIRequest, _ name: String?) throws(Problem) -> Job {
    try allow(name == nil ? ["GET", "HEAD", "POST"] : ["PUT", "DELETE"], request)
    let list: Job = { office in
      .live(SubscribersAnswer.schema.encode(SubscribersAnswer(rows: office.allSubscribers)))
    }
    if request.method == "GET" || request.method == "HEAD" {
      try refuseParameters(request)
      return list
    }
    let by = try changed(request)
    if request.method == "DELETE", let name {
      return { office throws(AlertRefusal) in
        try office.deleteSubscriber(name, by: by)
        return try list(office)
      }
    }
    let subscriber: Subscriber
    do throws(DataProblem) { subscriber = try Subscriber(json: request.body) } catch { throw problem(error) }
    try checkName(subscriber.name, is: name)
    return { office throws(AlertRefusal) in
      try office.put(subscriber, isNew: name == nil, by: by)
      var json = JSONWriter()
      subscriber.write(into: &json)
      return .live(json.bytes, status: name == nil ? 201 : 200)
    }
  }

  // MARK: Checks

  private static func checkName(_ name: String, is wanted: String?) throws(Problem) {
    guard let wanted, wanted != name else { return }
    throw .badParameter("name", seen: name, wanted: "\(wanted.prefix(80)), as the address says", status: 422)
  }

  private static func allow(_ methods: [String], _ request: APIRequest) throws(Problem) {
    guard methods.contains(request.method) else {
      throw .methodNotAllowed(request.method, path: request.path, allowed: methods)
    }
  }

  private static func refuseParameters(_ request: APIRequest) throws(Problem) {
    if let first = request.query.first { throw .unknownParameter(first.name, known: []) }
  }
}
