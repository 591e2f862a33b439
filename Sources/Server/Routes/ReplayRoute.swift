import JSONText
import MarketModel

/// `/replay`: what the player of a recording does, and what it is told.
enum ReplayRoute {
  static let path = "/replay"

  static let body = RecordDescription(
    name: "PlayerCommand", doc: "What the player is to do; at least one member. What is left out stays as it is.",
    fields: [
      FieldDescription(name: "paused", type: .flag, doc: "true stands still, false goes on.", mayBeAbsent: true),
      FieldDescription(
        name: "speed", type: .replaySpeed,
        doc: "Stream seconds a second, from 0.01 to 1000000; max is without pauses.", mayBeAbsent: true),
      FieldDescription(
        name: "position", type: .text(format: "date-time"),
        doc:
          "RFC 3339, between from and to. A later moment is played up to without pauses; for an earlier one the recording "
          + "begins again, and the stream with a new epoch.",
        mayBeAbsent: true),
    ])

  /// Reads a body; a member that cannot be used is a 422 that names it.
  static func parse(_ bytes: [UInt8], _ facts: ReplayFacts) throws(Problem) -> PlayerCommand {
    let reader = try RequestBody(bytes, of: body, example: #"{"paused": true}, {"speed": 10} or {"speed": "max"}"#)
    let command = PlayerCommand(
      isPaused: try reader.optional("paused", wanted: "true or false") {
        if case .flag(let flag) = $0 { flag } else { nil }
      },
      speed: try reader.optional("speed", wanted: "a number from 0.01 to 1000000, or \"max\"") { speed($0) },
      position: try reader.optional("position", wanted: stretch(facts)) { member in
        guard case .text(let text) = member, let time = Timestamp(rfc3339: text) else { return nil }
        return isWithin(time, facts) ? time : nil
      })
    guard command != PlayerCommand() else {
      throw Problem(
        kind: .badBody, status: 422, detail: "body: says nothing; wanted one of paused, speed, position at least.",
        wanted: "paused, speed or position")
    }
    return command
  }

  private static func speed(_ value: JSONValue) -> ReplaySpeed? {
    switch value {
    case .text(ReplayFacts.maximumName): .maximum
    case .number(let text): Double(text).flatMap { (0.01...1_000_000).contains($0) ? .times($0) : nil }
    default: nil
    }
  }

  /// Before the first event nobody knows the stretch: then any moment will do.
  private static func isWithin(_ time: Timestamp, _ facts: ReplayFacts) -> Bool {
    facts.from == .none || (facts.from...max(facts.from, facts.to)).contains(time)
  }

  private static func stretch(_ facts: ReplayFacts) -> String {
    let example = "an RFC 3339 time such as \"2026-11-20T15:00:00Z\""
    return facts.from == .none ? example : "\(example), from \(facts.from.rfc3339) to \(facts.to.rfc3339)"
  }
}

extension ReplayRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "GET", path: ReplayRoute.path, operation: "getReplay", summary: "How the recording is being played",
      doc: "Only while the source is a recording (mode replay).",
      answers: [
        .json(200, "The player.", ReplayFacts.schema.record), .badParameter, .foreignHost,
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
  ]
}
