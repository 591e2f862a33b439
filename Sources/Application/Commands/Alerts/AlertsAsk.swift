import Foundation
import JSONText

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// `marketflow alerts list`, `rules`, `acknowledge` and `resolve`: asked of the server that keeps the alerts.
enum AlertsAsk {
  static func run(_ action: String, _ command: ParsedCommand) throws -> ExitCode {
    let server = try server(command)
    let (data, response) = try server.send(
      try target(action, command), method: action == "list" || action == "rules" ? "GET" : "POST",
      body: action == "list" || action == "rules" ? nil : Array("{}".utf8), Interruption())
    guard response.statusCode == 200 else {
      let words = ServerRequest.detail(of: data) ?? "answers \(response.statusCode) without a reason"
      throw ServerError(description: "alerts: server \(server.server): \(words)")
    }
    let answer = Array(data)
    if command.flag("json") {
      print(String(decoding: answer, as: UTF8.self))
      return .ok
    }
    guard case .object(let members) = try parse(answer, server) else {
      throw ServerError(description: "alerts: server \(server.server) answers with no object; is it another version?")
    }
    print(action == "rules" ? rules(members) : alerts(members))
    return .ok
  }

  private static func target(_ action: String, _ command: ParsedCommand) throws(UsageError) -> String {
    switch action {
    case "list": return "/alerts?limit=\(command.integer("limit") ?? 50)"
    case "rules": return "/alerts/rules"
    default:
      guard let id = command.argument("TARGET").flatMap({ Int64($0) }), id > 0 else {
        throw command.usage("\(action) wants the id of an alert, as `marketflow alerts list` shows it")
      }
      return "/alerts/\(id)/\(action)"
    }
  }

  private static func server(_ command: ParsedCommand) throws -> ServerRequest {
    if let url = command.text("url") {
      guard let server = ServerRequest(url: url, subject: "alerts") else {
        throw command.usage("--url is \"\(url)\", wanted an address as http://127.0.0.1:8000")
      }
      return server
    }
    let directory = try DataDirectory(command)
    let databases = command.flag("demo") ? [directory.demoDatabase] : [directory.database, directory.demoDatabase]
    for database in databases {
      if let url = ServerAddress(database: database).read(), let server = ServerRequest(url: url, subject: "alerts") {
        return server
      }
    }
    throw ServerError(
      description: "alerts: no server of the data folder \(directory.path) runs; start marketflow serve, or give --url")
  }

  private static func parse(_ bytes: [UInt8], _ server: ServerRequest) throws(ServerError) -> JSONValue {
    do { return try JSONValue.parse(bytes) } catch {
      throw ServerError(description: "alerts: server \(server.server) answers with no JSON: \(error)")
    }
  }

  // MARK: For people

  private static func alerts(_ members: [String: JSONValue]) -> String {
    // One alert is what acknowledge and resolve answer with.
    let rows = members["rows"].map { $0.rows } ?? [members]
    if rows.isEmpty { return "no alerts" }
    return rows.map { row in
      let times = row["occurrences"]?.words == "1" ? "" : " (\(row["occurrences"]?.words ?? "?") times)"
      return "\(row.words("id"))  \(row.words("last_time"))  \(row.words("severity"))  \(row.words("state"))  "
        + row.words("title") + times
    }.joined(separator: "\n")
  }

  private static func rules(_ members: [String: JSONValue]) -> String {
    (members["rows"]?.rows ?? []).map { row in
      guard case .object(let rule)? = row["rule"] else { return "" }
      let state = rule["enabled"] == .flag(false) ? "off" : "on"
      let origin = row["built_in"] == .flag(true) ? "built-in" : "own"
      return "\(rule.words("name"))  \(state)  \(origin)  \(rule.words("source"))  from \(rule.words("severity_floor"))"
    }.joined(separator: "\n")
  }
}

extension JSONValue {
  /// The objects of a list; none for anything else.
  fileprivate var rows: [[String: JSONValue]] {
    guard case .list(let values) = self else { return [] }
    return values.compactMap { value in if case .object(let members) = value { members } else { nil } }
  }

  /// A text or number as it is.
  fileprivate var words: String {
    switch self {
    case .text(let text), .number(let text): text
    default: kind
    }
  }
}

extension [String: JSONValue] {
  fileprivate func words(_ name: String) -> String { self[name]?.words ?? "?" }
}
