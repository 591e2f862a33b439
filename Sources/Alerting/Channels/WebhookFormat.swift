import JSONText
import Logging

/// A message as plain JSON, signed as Standard Webhooks 1.0 says, so that receivers can use a ready library:
/// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
enum WebhookFormat {
  static let titleUnits = 500
  static let textUnits = 10_000
  static let fields = 100
  static let fieldUnits = 1_000

  static func post(_ delivery: Delivery, address: Secret, signingKey: Secret?, seconds: Int64) -> HTTPPost {
    var post = HTTPPost.json(address, body(delivery))
    // The identity that the standard asks for is a header: a key of ours may hold what a header may not.
    let identity = Digest.sha256Hex(delivery.idempotencyKey)
    post.headers = [("Idempotency-Key", identity), ("webhook-id", identity), ("webhook-timestamp", "\(seconds)")]
    if let signingKey {
      let signed = Array("\(identity).\(seconds).".utf8) + post.body
      post.headers.append(
        ("webhook-signature", "v1," + Digest.hmacSHA256Base64(signed, key: WebhookKey.bytes(signingKey))))
    }
    return post
  }

  /// The same bytes with every try.
  static func body(_ delivery: Delivery) -> [UInt8] {
    let message = delivery.message
    var json = JSONWriter(reservingBytes: 1_024)
    json.object { json in
      json.field("type", "marketflow.alert")
      json.field("id", Digest.sha256Hex(delivery.idempotencyKey))
      json.field("key", delivery.idempotencyKey.cut(to: titleUnits))
      json.field("alert_id", delivery.alertID)
      json.field("timestamp", message.time.rfc3339)
      json.field("severity", message.severity.rawValue)
      json.field("title", message.title.cut(to: titleUnits))
      json.field("text", message.text.cut(to: textUnits))
      json.field(
        "fields",
        array: { json in
          for field in message.fields.prefix(fields) {
            json.object { json in
              json.field("name", field.name.cut(to: fieldUnits))
              json.field("value", field.value.cut(to: fieldUnits))
            }
          }
        })
    }
    return json.bytes
  }
}

/// A signing key as people write it: `whsec_` and base64, as the standard has it, or any text.
enum WebhookKey {
  static let prefix = "whsec_"

  static func bytes(_ key: Secret) -> [UInt8] {
    let text = key.reveal()
    guard text.hasPrefix(prefix), let bytes = Base64.decode(String(text.dropFirst(prefix.count))) else {
      return Array(text.utf8)
    }
    return bytes
  }
}

extension HTTPPost {
  static func json(_ address: Secret, _ body: [UInt8]) -> HTTPPost {
    HTTPPost(address: address, contentType: "application/json", body: body)
  }
}
