import JSONText

/// The OpenAPI 3.1 document of a list of endpoints.
enum OpenAPIDocument {
  /// - Parameters:
  ///   - endpoints: what is served, in the order of the page.
  ///   - messages: records of the stream, which no HTTP answer holds.
  static func encode(version: String, endpoints: [Endpoint], messages: [RecordDescription]) -> [UInt8] {
    var json = JSONWriter(reservingBytes: 64 << 10)
    json.object { json in
      json.field("openapi", "3.1.0")
      json.field("info") { json in
        json.field("title", "MarketFlow")
        json.field("version", version)
        json.field(
          "description",
          "Order flow of listed options: prints with their aggressor side, sums by contract, strike and underlying. "
            + "Times are RFC 3339 UTC, money is in USD, errors are RFC 9457 problems.")
        json.field("license") { json in
          json.field("name", "Apache-2.0")
          json.field("identifier", "Apache-2.0")
        }
      }
      json.field("paths") { json in
        for path in paths(endpoints) {
          json.field(path) { json in
            for endpoint in endpoints where endpoint.path == path {
              json.key(endpoint.method.lowercased())
              write(endpoint, into: &json)
            }
          }
        }
      }
      json.field("components") { json in
        json.field("schemas") { json in
          for record in records(endpoints, messages) {
            json.key(record.name)
            write(record, into: &json)
          }
        }
      }
    }
    return json.bytes
  }

  /// Every record that the endpoints and messages reach, each once, outer before inner.
  static func records(_ endpoints: [Endpoint], _ messages: [RecordDescription]) -> [RecordDescription] {
    var found: [RecordDescription] = []
    var names: Set<String> = []
    func visit(_ type: JSONType) {
      switch type {
      case .list(let inner), .map(let inner), .optional(let inner): visit(inner)
      case .record(let record):
        guard names.insert(record.name).inserted else { return }
        found.append(record)
        for field in record.fields { visit(field.type) }
      default: break
      }
    }
    for endpoint in endpoints {
      if let body = endpoint.requestBody { visit(.record(body)) }
      for answer in endpoint.answers { if let record = answer.record { visit(.record(record)) } }
    }
    for message in messages { visit(.record(message)) }
    return found
  }

  private static func paths(_ endpoints: [Endpoint]) -> [String] {
    var seen: Set<String> = []
    return endpoints.map(\.path).filter { seen.insert($0).inserted }
  }

  private static func write(_ endpoint: Endpoint, into json: inout JSONWriter) {
    json.object { json in
      json.field("operationId", endpoint.operation)
      json.field("summary", endpoint.summary)
      json.field("description", endpoint.doc)
      if !endpoint.parameters.isEmpty {
        json.field(
          "parameters",
          array: { json in
            for parameter in endpoint.parameters { write(parameter, into: &json) }
          })
      }
      if let body = endpoint.requestBody {
        json.field("requestBody") { json in
          json.field("required", true)
          json.field("content") { json in
            json.field("application/json") { json in
              json.field("schema") { write(members: .record(body), into: &$0) }
            }
          }
        }
      }
      json.field("responses") { json in
        for answer in endpoint.answers {
          json.field(String(answer.status)) { json in
            json.field("description", answer.doc)
            guard let type = answer.contentType else { return }
            json.field("content") { json in
              json.field(type) { json in
                guard let record = answer.record else { return }
                json.field("schema") { write(members: .record(record), into: &$0) }
              }
            }
          }
        }
      }
    }
  }

  private static func write(_ parameter: ParameterDescription, into json: inout JSONWriter) {
    json.object { json in
      json.field("name", parameter.name)
      json.field("in", parameter.place.rawValue)
      json.field("description", parameter.doc)
      if parameter.place == .path { json.field("required", true) }
      json.field("schema") { json in
        write(members: parameter.type, into: &json)
        if let minimum = parameter.minimum { json.field("minimum", minimum) }
        if let maximum = parameter.maximum { json.field("maximum", maximum) }
        if let standard = parameter.standard { json.field("default", object: standard) }
      }
    }
  }

  private static func write(_ record: RecordDescription, into json: inout JSONWriter) {
    json.object { json in
      json.field("type", "object")
      json.field("description", record.doc)
      json.field(
        "required",
        array: { json in
          for field in record.fields where !field.mayBeAbsent { json.value(field.name) }
        })
      json.field("properties") { json in
        for field in record.fields {
          json.field(field.name) { json in
            write(members: field.type, into: &json)
            json.field("description", field.doc)
          }
        }
      }
      json.field("additionalProperties", false)
    }
  }

  /// The members of a schema object of one type.
  private static func write(members type: JSONType, into json: inout JSONWriter) {
    switch type {
    case .text(let format):
      json.field("type", "string")
      if let format { json.field("format", format) }
    case .choice(let names):
      json.field("type", "string")
      json.field("enum", array: { json in for name in names { json.value(name) } })
    case .constant(let text):
      json.field("type", "string")
      json.field("const", text)
    case .integer: json.field("type", "integer")
    case .number: json.field("type", "number")
    case .flag: json.field("type", "boolean")
    case .list(let inner):
      json.field("type", "array")
      json.field("items") { write(members: inner, into: &$0) }
    case .record(let record): json.field("$ref", "#/components/schemas/\(record.name)")
    case .map(let inner):
      json.field("type", "object")
      json.field("additionalProperties") { write(members: inner, into: &$0) }
    case .optional(let inner):
      json.field(
        "anyOf",
        array: { json in
          json.object { write(members: inner, into: &$0) }
          json.object { $0.field("type", "null") }
        })
    case .either(let types):
      json.field("anyOf", array: { json in for type in types { json.object { write(members: type, into: &$0) } } })
    }
  }
}

extension JSONWriter {
  fileprivate mutating func field(_ name: String, _ body: (inout JSONWriter) -> Void) { field(name, object: body) }

  fileprivate mutating func field(_ name: String, object standard: ParameterDescription.Standard) {
    switch standard {
    case .text(let text): field(name, text)
    case .integer(let number): field(name, number)
    }
  }
}
