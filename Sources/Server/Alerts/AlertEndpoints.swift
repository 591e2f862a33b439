import Alerting

/// `/alerts` as the description names it.
enum AlertEndpoints {
  static let all: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/alerts", operation: "getAlerts", summary: "Alerts, newest first",
      doc: "Of all runs of this data folder. Give `next` back as `cursor` for the page after.",
      parameters: AlertsRoute.parameters.descriptions,
      answers: [.json(200, "A page of alerts.", AlertsPage.schema.record)] + problems),
    change(
      "POST", "/alerts/{id}/acknowledge", "acknowledgeAlert", "Say that an alert was seen",
      "By a trader or admin. One that is resolved stays so. The body may be {}.", [id],
      .json(200, "The alert.", Alert.schema.record)),
    change(
      "POST", "/alerts/{id}/resolve", "resolveAlert", "Say that an alert is done with",
      "By a trader or admin. The body may be {}.", [id], .json(200, "The alert.", Alert.schema.record)),
    Endpoint(
      method: "GET", path: "/alerts/statistics", operation: "getAlertStatistics",
      summary: "Counts of alerts and messages",
      doc: "By kind, rule, severity, state and hour, and what became of the channels' messages.",
      parameters: AlertsRoute.statisticsParameters.descriptions,
      answers: [.json(200, "The counts.", AlertStatistics.schema.record)] + problems),
    Endpoint(
      method: "GET", path: "/alerts/rules", operation: "getAlertRules", summary: "The rules that make alerts",
      doc: "Built-in ones and people's own.", answers: [.json(200, "All rules.", RulesAnswer.schema.record)] + problems),
    change(
      "POST", "/alerts/rules", "postAlertRule", "Make a rule", "By an admin; from its members, or from a shared token.",
      [],
      .json(201, "The rule.", RuleRow.schema.record), body: AlertRule.bodyRecord),
    change(
      "PUT", "/alerts/rules/{name}", "putAlertRule", "Change a rule",
      "By an admin. Members that are left out take their standard value. A built-in rule can be changed or switched off.",
      [name("rule")], .json(200, "The rule.", RuleRow.schema.record), body: AlertRule.bodyRecord),
    change(
      "DELETE", "/alerts/rules/{name}", "deleteAlertRule", "Delete a rule",
      "By an admin. A built-in rule becomes what it was. Alerts that it made stay.", [name("rule")],
      .json(200, "The rules that are left.", RulesAnswer.schema.record)),
    Endpoint(
      method: "GET", path: "/alerts/subscribers", operation: "getSubscribers", summary: "Who is told",
      doc: "With what they want, and what they may do. The page and the API show all alerts to everybody.",
      answers: [.json(200, "All subscribers.", SubscribersAnswer.schema.record)] + problems),
    change(
      "POST", "/alerts/subscribers", "postSubscriber", "Add a subscriber", "By an admin.", [],
      .json(201, "The subscriber.", Subscriber.record), body: Subscriber.record),
    change(
      "PUT", "/alerts/subscribers/{name}", "putSubscriber", "Change a subscriber",
      "By an admin. Members that are left out take their standard value.", [name("subscriber")],
      .json(200, "The subscriber.", Subscriber.record), body: Subscriber.record),
    change(
      "DELETE", "/alerts/subscribers/{name}", "deleteSubscriber", "Remove a subscriber", "By an admin.",
      [name("subscriber")], .json(200, "The subscribers that are left.", SubscribersAnswer.schema.record)),
    change(
      "POST", "/alerts/deliveries/resend", "resendDeliveries", "Try messages again that were given up",
      "By a trader or admin.", [], .json(200, "How many.", AlertsRoute.Resent.schema.record),
      body: AlertsRoute.resendBody),
  ]

  private static let id = ParameterDescription(name: "id", place: .path, type: .integer, doc: "The alert's id.")

  private static func name(_ what: String) -> ParameterDescription {
    ParameterDescription(name: "name", place: .path, type: .text(), doc: "The \(what)'s name.")
  }

  private static let problems: [Endpoint.Answer] = [
    .problem(400, "A parameter cannot be used, or is not known."),
    .problem(403, "The request comes from elsewhere, or the one who asks may not."),
    .problem(503, "This run keeps no alerts, their file cannot be read or written, or too many questions wait."),
  ]

  /// Only for clients on this machine, and only for pages that this server served.
  private static func change(
    _ method: String, _ path: String, _ operation: String, _ summary: String, _ doc: String,
    _ parameters: [ParameterDescription], _ answer: Endpoint.Answer, body: RecordDescription? = nil
  ) -> Endpoint {
    Endpoint(
      method: method, path: path, operation: operation, summary: summary,
      doc: doc + " Only for clients on this machine, and only for pages that this server served.",
      parameters: parameters + AlertsRoute.byParameters.descriptions, requestBody: body,
      answers: [answer] + problems + [
        .problem(404, "There is no such thing."),
        .problem(409, "It does not fit with what is there; `detail` says why."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used; `detail` says why."),
      ])
  }
}
