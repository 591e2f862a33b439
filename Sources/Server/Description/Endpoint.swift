/// One thing the server answers, as the description names it.
struct Endpoint: Sendable {
  var method: String
  /// With `{names}` in braces, as OpenAPI writes it.
  var path: String
  /// Unique name for generated clients.
  var operation: String
  var summary: String
  var doc: String
  var parameters: [ParameterDescription] = []
  var requestBody: RecordDescription?
  var answers: [Answer]

  struct Answer: Sendable {
    var status: Int
    var doc: String
    var contentType: String?
    var record: RecordDescription?

    static func json(_ status: Int, _ doc: String, _ record: RecordDescription) -> Answer {
      Answer(status: status, doc: doc, contentType: "application/json", record: record)
    }
    static func problem(_ status: Int, _ doc: String) -> Answer {
      Answer(status: status, doc: doc, contentType: "application/problem+json", record: Problem.schema.record)
    }

    /// What most endpoints answer with, too.
    static let badParameter = problem(400, "A parameter cannot be used, or is not known.")
    static let foreignHost = problem(
      403, "The request comes from elsewhere: Host or Origin do not name this server.")
  }
}

/// One request parameter, as the description names it.
struct ParameterDescription: Sendable {
  enum Place: String, Sendable { case query, path }
  enum Standard: Sendable {
    case text(String)
    case integer(Int)
  }
  var name: String
  var place: Place
  var type: JSONType
  var doc: String
  var minimum: Int?
  var maximum: Int?
  /// The value taken when the parameter is left out.
  var standard: Standard?
}

extension ParameterDescription {
  /// `{symbol}` of a path.
  static let underlying = ParameterDescription(
    name: "symbol", place: .path, type: .text(), doc: "The underlying, such as SPY.")
}
