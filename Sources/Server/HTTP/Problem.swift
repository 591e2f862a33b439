import JSONText

/// An answer that says what went wrong, as RFC 9457 writes it.
struct Problem: Error, Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case badParameter = "bad-parameter"
    case unknownParameter = "unknown-parameter"
    case badBody = "bad-body"
    case foreignOrigin = "foreign-origin"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notJSON = "not-json"
    case notAllowed = "not-allowed"
    case conflict = "conflict"
    case busy = "busy"
    case storeUnavailable = "store-unavailable"
    case wrongSource = "wrong-source"
    case notReady = "not-ready"
    case refused = "refused-request"
    case refusedStatement = "refused-statement"
    case statementLimit = "statement-limit"

    var title: String {
      switch self {
      case .badParameter: "A parameter has a value that cannot be used"
      case .unknownParameter: "A parameter is not known here"
      case .badBody: "The body cannot be used"
      case .foreignOrigin: "The request comes from elsewhere"
      case .notFound: "Nothing is there"
      case .methodNotAllowed: "The method is not for this address"
      case .notJSON: "The body is not declared as JSON"
      case .notAllowed: "The one who asks may not do that"
      case .conflict: "It does not fit with what is there"
      case .busy: "Too much is waiting already"
      case .storeUnavailable: "The store cannot be read"
      case .wrongSource: "The source of the data cannot do that"
      case .notReady: "The answer is not there, or not yet"
      case .refused: "The request is malformed or beyond a limit"
      case .refusedStatement: "The SQL statement cannot be used"
      case .statementLimit: "The SQL statement takes more time or memory than it may"
      }
    }
  }

  var kind: Kind
  var status: Int
  /// Subject first, value seen, value wanted, what to do next.
  var detail: String
  /// The parameter or body member it is about.
  var parameter: String?
  var seen: String?
  var wanted: String?
  var headers: [(name: String, value: String)] = []

  static let schema = Schema<Problem>(
    "Problem", "What went wrong (RFC 9457).",
    [
      .text("type", "Address of the explanation of this kind of problem.") { "/docs#problem-\($0.kind.rawValue)" },
      .text("title", "The kind of problem in words; the same for all of a kind.") { $0.kind.title },
      .integer("status", "HTTP status.") { Int64($0.status) },
      .text("detail", "This case in words, and what to do next.") { $0.detail },
      .textOrNull("parameter", "The parameter or body member it is about.") { $0.parameter },
      .textOrNull("seen", "The value that came.") { $0.seen },
      .textOrNull("wanted", "The values that can be used.") { $0.wanted },
    ])

  var response: APIResponse {
    APIResponse(
      status: status, contentType: "application/problem+json", headers: [("Cache-Control", "no-store")] + headers,
      body: Problem.schema.encode(self, reservingBytes: 512))
  }
}

extension Problem {
  static func badParameter(_ name: String, seen: String, wanted: String, status: Int = 400) -> Problem {
    let seen = String(seen.prefix(80))
    return Problem(
      kind: .badParameter, status: status, detail: "\(name): \"\(seen)\" cannot be used; wanted \(wanted).",
      parameter: name, seen: seen, wanted: wanted)
  }

  static func unknownParameter(_ name: String, known: [String]) -> Problem {
    let name = String(name.prefix(80))
    let near = NearMiss.best(for: name, among: known).map { "; did you mean \"\($0)\"?" } ?? "."
    let list = known.isEmpty ? "none" : known.joined(separator: ", ")
    return Problem(
      kind: .unknownParameter, status: 400, detail: "\"\(name)\" is not a parameter here (known: \(list))\(near)",
      parameter: name, seen: name, wanted: list)
  }

  static func notFound(_ detail: String) -> Problem { Problem(kind: .notFound, status: 404, detail: detail) }

  static func methodNotAllowed(_ method: String, path: String, allowed: [String]) -> Problem {
    let list = allowed.joined(separator: ", ")
    return Problem(
      kind: .methodNotAllowed, status: 405, detail: "\(path): \(method) cannot be used; wanted \(list).", seen: method,
      wanted: list, headers: [("Allow", list)])
  }

  static func busy(_ detail: String) -> Problem {
    Problem(kind: .busy, status: 503, detail: detail, headers: [("Retry-After", "1")])
  }

  static func storeUnavailable(_ detail: String) -> Problem {
    Problem(kind: .storeUnavailable, status: 503, detail: detail, headers: [("Retry-After", "5")])
  }
}

/// Finds the known word a mistyped one was probably meant to be.
enum NearMiss {
  /// Nil when none is close: further than a third of its letters, and never further than two.
  static func best(for word: String, among known: [String]) -> String? {
    let scored = known.map {
      (word: $0, distance: distance(Array(word.lowercased().utf8), Array($0.lowercased().utf8)))
    }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= min(2, max(1, best.word.utf8.count / 3)) ? best.word : nil
  }

  /// Edits from one word to the other: insert, delete, replace, swap neighbours.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
