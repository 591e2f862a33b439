import MarketModel

/// A print entered by hand, on its way to the feed.
public struct InjectedTrade: Sendable, Hashable {
  /// An equity (`SPY`) or a contract (`O:SPY251216C00572000`).
  public var symbol: String
  public var price: Price
  /// Contracts or shares.
  public var size: UInt32
  /// The vendor's venue number; 0 for none.
  public var venue: VenueID
  /// The vendor's condition ids.
  public var conditions: [Int]
  /// Nil for the stream's own time.
  public var time: Timestamp?
}

/// What became of an injected trade.
public enum InjectionOutcome: Sendable, Equatable {
  /// It is on its way and comes back as a print.
  case accepted
  /// The feed's inbox is full.
  case full
  /// It cannot be used; the text says why.
  case refused(String)
}

/// `POST /trades`: manual injection.
enum TradesRoute {
  static let body = RecordDescription(
    name: "InjectedTrade", doc: "A print entered by hand.",
    fields: [
      FieldDescription(name: "symbol", type: .text(), doc: "An equity (SPY) or a contract (O:SPY251216C00572000)."),
      FieldDescription(name: "price", type: .number, doc: "USD per share, above 0, at most six decimals."),
      FieldDescription(name: "size", type: .integer, doc: "Contracts or shares, at least 1."),
      FieldDescription(name: "venue", type: .integer, doc: "The vendor's venue number.", mayBeAbsent: true),
      FieldDescription(
        name: "conditions", type: .list(.integer), doc: "The vendor's condition numbers.", mayBeAbsent: true),
      FieldDescription(
        name: "time", type: .text(format: "date-time"), doc: "RFC 3339; the stream's own time when left out.",
        mayBeAbsent: true),
    ])

  struct Accepted: Sendable {
    static let schema = Schema<Accepted>(
      "Accepted", "The print is on its way.",
      [.flag("accepted", "Always true; the print comes back in /prints and in the stream.") { _ in true }])
  }

  /// Reads a body; a member that cannot be used is a 422 that names it.
  static func parse(_ bytes: [UInt8]) throws(Problem) -> InjectedTrade {
    let members = try members(of: bytes)
    let known = body.fields.map(\.name)
    if let unknown = members.keys.filter({ !known.contains($0) }).min() {
      var problem = Problem.unknownParameter(unknown, known: known)
      problem.status = 422
      throw problem
    }
    let reader = MemberReader(members: members)
    return InjectedTrade(
      symbol: try reader.required(
        "symbol", wanted: "an equity such as \"SPY\" or a contract such as \"O:SPY251216C00572000\""
      ) {
        guard case .text(let text) = $0 else { return nil }
        return SymbolDirectory.canonical(text)
      },
      price: try reader.required("price", wanted: "a number above 0, at most 1000000, with at most six decimals") {
        guard case .number(let text) = $0, let micros = DecimalText.micros(text),
          (1...1_000_000_000_000).contains(micros)
        else { return nil }
        return Price(micros: micros)
      },
      size: try reader.required("size", wanted: "a whole number from 1 to 1000000000") {
        guard case .number(let text) = $0, let size = UInt32(text), (1...1_000_000_000).contains(size) else {
          return nil
        }
        return size
      },
      venue: try reader.optional("venue", wanted: "a whole number from 0 to 65535") {
        guard case .number(let text) = $0 else { return nil }
        return UInt16(text).map { VenueID($0) }
      } ?? VenueID(0),
      conditions: try reader.optional("conditions", wanted: "a list of at most 16 whole numbers from 0 to 65535") {
        guard case .list(let elements) = $0, elements.count <= 16 else { return nil }
        let ids = elements.compactMap { element -> Int? in
          guard case .number(let text) = element else { return nil }
          return UInt16(text).map { Int($0) }
        }
        return ids.count == elements.count ? ids : nil
      } ?? [],
      time: try reader.optional("time", wanted: "an RFC 3339 time such as \"2025-12-16T15:30:00Z\"") {
        guard case .text(let text) = $0 else { return nil }
        return Timestamp(rfc3339: text)
      })
  }

  private static func members(of bytes: [UInt8]) throws(Problem) -> [String: JSONValue] {
    let value: JSONValue
    do { value = try JSONValue.parse(bytes) } catch {
      throw Problem(
        kind: .badBody, status: 400,
        detail: "body: not JSON at \(error); wanted an object such as {\"symbol\": \"SPY\", "
          + "\"price\": 600.25, \"size\": 100}.")
    }
    guard case .object(let members) = value else {
      throw Problem(
        kind: .badBody, status: 422, detail: "body: \(value.kind) came; wanted an object.", seen: value.kind,
        wanted: "an object")
    }
    return members
  }

  private struct MemberReader {
    let members: [String: JSONValue]

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
}
