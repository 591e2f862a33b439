import JSONText
import Transport

/// The frame around the vendor's answers.
struct RESTEnvelope {
  /// `OK`, or `DELAYED` on the delayed plan.
  var status = "OK"
  var requestID: String
  /// `http://127.0.0.1:8765/v3/…`, to which a cursor is added.
  var url: String

  /// A page of rows. Without rows there are no results, as the vendor does.
  func page(
    _ count: Int, hasCount: Bool = true, next: PageCursor?, _ rows: (inout JSONWriter) -> Void
  ) -> HTTPResponse {
    object { json in
      if count > 0 { json.field("results", array: rows) } else { json.field("results", array: { _ in }) }
      if hasCount { json.field("count", count) }
      if let next { json.field("next_url", "\(url)?cursor=\(next.text)") }
    }
  }

  /// One object under `results`.
  func single(_ result: (inout JSONWriter) -> Void) -> HTTPResponse {
    object { json in json.field("results", object: result) }
  }

  /// The vendor's status and request id, and what `fields` adds.
  func object(_ fields: (inout JSONWriter) -> Void) -> HTTPResponse {
    var json = JSONWriter(reservingBytes: 4_096)
    json.object { json in
      fields(&json)
      json.field("status", status)
      json.field("request_id", requestID)
    }
    return RESTEnvelope.plain(json)
  }

  static func plain(_ json: JSONWriter) -> HTTPResponse {
    HTTPResponse(status: 200, contentType: "application/json", body: json.bytes)
  }
}

extension JSONWriter {
  /// A number to nine places, without the noise of binary fractions.
  mutating func field(_ name: String, rounded value: Double) {
    key(name)
    guard value.isFinite, abs(value) < 9e8 else { return null() }
    let nanos = Int64((value * 1e9).rounded())
    var text = nanos < 0 ? "-" : ""
    text += String(nanos.magnitude / 1_000_000_000)
    var rest = nanos.magnitude % 1_000_000_000
    if rest > 0 {
      text += "."
      var unit: UInt64 = 100_000_000
      while rest > 0 {
        text += String(rest / unit)
        rest %= unit
        unit /= 10
      }
    }
    raw(text.utf8)
  }
}
