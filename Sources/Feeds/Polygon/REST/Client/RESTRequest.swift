import Foundation
import Logging
import MarketModel

/// One GET: path and query, both percent-encoded, without host and key.
struct RESTRequest: Hashable, Sendable {
  /// Begins with `/`.
  private(set) var path: String
  private(set) var query: [String]

  /// - Parameter segments: parts between the slashes, not yet encoded.
  init(_ segments: String...) {
    path = segments.map { "/" + RESTRequest.encoded($0) }.joined()
    query = []
  }

  /// The vendor's `next_url`: its host is dropped, because the key goes to the configured host only; so is a key in it. Nil
  /// when it has no path.
  init?(next text: String) {
    guard let parts = URLComponents(string: text), parts.percentEncodedPath.hasPrefix("/") else { return nil }
    path = parts.percentEncodedPath
    query = (parts.percentEncodedQuery ?? "").split(separator: "&").map(String.init).filter { !RESTRequest.isKey($0) }
  }

  mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
    guard let value else { return }
    query.append("\(name)=\(RESTRequest.encoded(value.description))")
  }

  /// Path and query for messages; a key never stands in it.
  var text: String { query.isEmpty ? path : path + "?" + query.joined(separator: "&") }

  /// A ticker keeps its colon (`O:SPY251216C00572000`), as the vendor's own clients send it.
  static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      if isPlain(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: ":"):
      true
    default: false
    }
  }

  private static func isKey(_ item: String) -> Bool { item.prefix { $0 != "=" }.lowercased() == "apikey" }
}

/// Where the key stands in a request.
public enum PolygonKeyPlacement: Sendable {
  /// `Authorization: Bearer KEY`.
  case header
  /// `?apiKey=KEY`: for proxies that strip the header.
  case query
}

/// Takes keys out of text that came from elsewhere.
struct KeyRedaction: Sendable {
  private let key: Secret

  init(_ key: Secret) { self.key = key }

  /// At most 300 characters on one line, without the key and without the value of any `apiKey=`.
  func clean(_ text: String) -> String {
    var text = text
    let secret = key.reveal()
    if secret.utf8.count >= Limits.redactedKeyBytes {
      for form in [secret, RESTRequest.encoded(secret)] { text = text.replacing(form, with: "***") }
    }
    text = text.replacing(#/(?i)(apikey=)[^&\s"']*/#) { "\($0.output.1)***" }
    let line = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
    return String(line.prefix(300))
  }
}
