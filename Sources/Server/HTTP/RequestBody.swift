import JSONText

/// A request body, or a message of a stream client, taken apart: one JSON object whose members are described.
struct RequestBody {
  private let members: [String: JSONValue]

  /// - Parameters:
  ///   - example: a body that can be used.
  ///   - subject: what it is called in a problem.
  /// - Throws: 400 when it is not JSON, 422 when it is no object or has a member that is not described.
  init(_ bytes: [UInt8], of record: RecordDescription, example: String, subject: String = "body") throws(Problem) {
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch {
      throw Problem(
        kind: .badBody, status: 400, detail: "\(subject): not JSON at \(error); wanted an object such as \(example).")
    }
    guard case .object(let members) = value else {
      throw Problem(
        kind: .badBody, status: 422, detail: "\(subject): \(value.kind) came; wanted an object.", seen: value.kind,
        wanted: "an object")
    }
    let known = record.fields.map(\.name)
    if let unknown = members.keys.filter({ !known.contains($0) }).min() {
      var problem = Problem.unknownParameter(unknown, known: known)
      problem.status = 422
      throw problem
    }
    self.members = members
  }

  /// The value of a member; nil when it is left out or null, 422 when it cannot be used.
  func optional<Value>(_ name: String, wanted: String, _ read: (JSONValue) -> Value?) throws(Problem) -> Value? {
    guard let member = members[name], member != .null else { return nil }
    guard let value = read(member) else {
      throw .badParameter(name, seen: member.kind, wanted: wanted, status: 422)
    }
    return value
  }

  func required<Value>(_ name: String, wanted: String, _ read: (JSONValue) -> Value?) throws(Problem) -> Value {
    guard let value = try optional(name, wanted: wanted, read) else {
      throw .badParameter(name, seen: "nothing", wanted: wanted, status: 422)
    }
    return value
  }
}
