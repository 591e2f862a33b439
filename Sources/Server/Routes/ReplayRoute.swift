import JSONText
import MarketModel

/// `/replay`: what the player of a recording does, and what it is told.
enum ReplayRoute {
  static let path = "/replay"
  static let daysPath = "/replay/days"

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
      FieldDescription(
        name: "day", type: .text(format: "date"),
        doc: "Another day of /replay/days, or the same from its beginning: the stream goes on with a new epoch.",
        mayBeAbsent: true),
      FieldDescription(
        name: "source", type: .choice(RecordedPlace.names),
        doc: "Beside day: where it is taken from; the journal, else the cache, when left out.", mayBeAbsent: true),
      FieldDescription(
        name: "from", type: .text(),
        doc:
          "Beside day: New York's time, as 09:30, at which the pace begins; what comes before is played without pauses.",
        mayBeAbsent: true),
      FieldDescription(
        name: "to", type: .text(), doc: "Beside day: New York's time, as 16:00, at which the playing ends.",
        mayBeAbsent: true),
    ])

  /// Reads a body; a member that cannot be used is a 422 that names it.
  static func parse(
    _ bytes: [UInt8], _ facts: ReplayFacts
  ) throws(Problem) -> (command: PlayerCommand, choice: DayChoice?) {
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
    let choice = try choice(reader)
    if choice != nil, command.position != nil {
      throw .badParameter(
        "position", seen: "a time beside day", wanted: "day with from, or a position of the day that is played",
        status: 422)
    }
    guard choice != nil || command != PlayerCommand() else {
      throw Problem(
        kind: .badBody, status: 422, detail: "body: says nothing; wanted one of paused, speed, position, day at least.",
        wanted: "paused, speed, position or day")
    }
    return (command, choice)
  }

  private static func choice(_ reader: RequestBody) throws(Problem) -> DayChoice? {
    let wantedTime = "a time of New York's day such as \"09:30\""
    let day = try reader.optional("day", wanted: "a day such as \"2026-11-20\"") {
      text($0).flatMap { MarketDate(text: $0) }
    }
    let place = try reader.optional("source", wanted: RecordedPlace.names.joined(separator: " or ")) {
      text($0).flatMap { RecordedPlace(rawValue: $0) }
    }
    let from = try reader.optional("from", wanted: wantedTime) { text($0).flatMap { DayTime($0) } }
    let to = try reader.optional("to", wanted: wantedTime) { text($0).flatMap { DayTime($0) } }
    guard let day else {
      let others = [("source", place != nil), ("from", from != nil), ("to", to != nil)]
      guard let lone = others.first(where: \.1) else { return nil }
      throw .badParameter(lone.0, seen: "no day beside it", wanted: "it together with day", status: 422)
    }
    if let from, let to, from >= to {
      throw .badParameter("to", seen: "a time not after from", wanted: "a later time than from", status: 422)
    }
    return DayChoice(date: day, place: place, from: from, to: to)
  }

  private static func text(_ value: JSONValue) -> String? {
    if case .text(let text) = value { text } else { nil }
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
        .problem(409, "The source is no recording, or a day that cannot be played; `detail` says why."),
      ]),
    Endpoint(
      method: "GET", path: ReplayRoute.daysPath, operation: "getReplayDays", summary: "Days that can be played again",
      doc: "What the journal and the cache of fetched history have, whatever this run plays.",
      answers: [
        .json(200, "The days.", RecordedDaysAnswer.schema.record), .badParameter, .foreignHost,
        .problem(503, "The folders cannot be read, or this run knows none."),
      ]),
    Endpoint(
      method: "POST", path: ReplayRoute.path, operation: "postReplay",
      summary: "Pause, speed and position of the playing, or another day",
      doc:
        "Answers with the player as it is told to be; it gets there within milliseconds, to another moment as fast as it can "
        + "play. Only for clients on this machine, and only for pages that this server served.",
      requestBody: ReplayRoute.body,
      answers: [
        .json(202, "The command is on its way.", ReplayFacts.schema.record),
        .problem(400, "The body is not JSON."), .problem(403, "The request comes from elsewhere."),
        .problem(404, "The day is not recorded; `detail` says which are."),
        .problem(409, "The source is no recording, or cannot do that; `detail` says why."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used; `detail` says why."),
      ]),
  ]
}
