import JSONText

/// What one JSON record looks like: the encoder and the published description come from this one list, so that
/// `/openapi.json` cannot drift from what is served.
struct Schema<Row>: Sendable {
  let name: String
  let doc: String
  let fields: [Field<Row>]

  init(_ name: String, _ doc: String, _ fields: [Field<Row>]) {
    self.name = name
    self.doc = doc
    self.fields = fields
  }

  func write(_ row: Row, into json: inout JSONWriter) {
    json.object { json in
      for field in fields {
        json.key(field.name)
        field.write(row, &json)
      }
    }
  }

  /// The text of one row.
  func encode(_ row: Row, reservingBytes capacity: Int = 4096) -> [UInt8] {
    var json = JSONWriter(reservingBytes: capacity)
    write(row, into: &json)
    return json.bytes
  }

  /// The text of a list of rows.
  func encode(list rows: [Row], reservingBytes capacity: Int = 4096) -> [UInt8] {
    var json = JSONWriter(reservingBytes: capacity)
    json.array { json in for row in rows { write(row, into: &json) } }
    return json.bytes
  }

  /// The same without the row's type, for descriptions.
  var record: RecordDescription {
    RecordDescription(
      name: name, doc: doc, fields: fields.map { FieldDescription(name: $0.name, type: $0.type, doc: $0.doc) })
  }
}

/// One member of a record: its name, its type, what it means, and how it is written.
struct Field<Row>: Sendable {
  let name: String
  let type: JSONType
  let doc: String
  let write: @Sendable (Row, inout JSONWriter) -> Void
}

/// A record as the description names it.
struct RecordDescription: Sendable {
  let name: String
  let doc: String
  let fields: [FieldDescription]
}

/// A member as the description names it.
struct FieldDescription: Sendable {
  let name: String
  let type: JSONType
  let doc: String
  /// True for members of a request body that may be left out.
  var mayBeAbsent = false
}

/// The types our JSON has.
indirect enum JSONType: Sendable {
  /// `format` is a JSON Schema format such as `date-time`, or nil.
  case text(format: String? = nil)
  case choice([String])
  case constant(String)
  case integer
  case number
  case flag
  case list(JSONType)
  case record(RecordDescription)
  /// An object whose member names are data.
  case map(JSONType)
  case optional(JSONType)
  /// One of several.
  case either([JSONType])
  /// Whatever the data are.
  case anything
}
