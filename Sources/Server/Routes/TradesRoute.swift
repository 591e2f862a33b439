import JSONText
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
      FieldDescription(
        name: "price", type: .number,
        doc: "USD per share, above 0, at most six decimals; premium at most 10000000000 USD."),
      FieldDescription(name: "size", type: .integer, doc: "Contracts or shares, at least 1."),
      FieldDescription(name: "venue", type: .integer, doc: "The vendor's venue number.", mayBeAbsent: true),
      FieldDescription(
        name: "conditions", type: .list(.integer),
        doc: "The vendor's condition numbers; those that cancel earlier prints are refused.", mayBeAbsent: true),
      FieldDescription(
        name: "time", type: .text(format: "date-time"),
        doc: "RFC 3339, from 1990 on and not later than the stream; the stream's own time when left out.",
        mayBeAbsent: true),
    ])

  struct Accepted: Sendable {
    static let schema = Schema<Accepted>(
      "Accepted", "The print is on its way.",
      [.flag("accepted", "Always true; the print comes back in /prints and in the stream.") { _ in true }])
  }

  /// Reads a body; a member that cannot be used is a 422 that names it.
  static func parse(_ bytes: [UInt8]) throws(Problem) -> InjectedTrade {
    let reader = try RequestBody(bytes, of: body, example: #"{"symbol": "SPY", "price": 600.25, "size": 100}"#)
    let trade = InjectedTrade(
      symbol: try reader.required(
        "symbol", wanted: "an equity such as \"SPY\" or a contract such as \"O:SPY251216C00572000\""
      ) {
        guard case .text(let text) = $0 else { return nil }
        return symbol(text)
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
      time: try reader.optional("time", wanted: "an RFC 3339 time from 1990 on such as \"2025-12-16T15:30:00Z\"") {
        guard case .text(let text) = $0, let time = Timestamp(rfc3339: text), time >= oldestTime else { return nil }
        return time
      })
    if let refusal = refusal(of: trade) { throw refusal }
    return trade
  }

  /// 1990-01-01T00:00:00Z: before that no tape had a print that anybody would enter by hand.
  private static let oldestTime = Timestamp(seconds: 631_152_000)
  /// Most premium one print may have, millionths of USD.
  private static let highestPremiumMicros: Int64 = 10_000_000_000_000_000
  private static let cancelling = Set(OptionCondition.all.filter { $0.cancels != nil }.map(\.id))

  /// A contract's symbol that is whole, or one short enough for an equity: a contract mistyped must not become an equity.
  private static func symbol(_ text: String) -> String? {
    guard let canonical = SymbolDirectory.canonical(text) else { return nil }
    if canonical.hasPrefix("O:") { return canonical }
    return canonical.utf8.count <= 10 && !canonical.contains(":") ? canonical : nil
  }

  /// What is wrong with members that can each be used.
  private static func refusal(of trade: InjectedTrade) -> Problem? {
    let isOption = trade.symbol.hasPrefix("O:")
    if isOption, let id = trade.conditions.first(where: { cancelling.contains($0) }) {
      return .badParameter(
        "conditions", seen: String(id), wanted: "conditions that cancel no print: it would void one of the vendor's",
        status: 422)
    }
    let premium = trade.price.micros.multipliedSaturating(by: Int64(trade.size) * (isOption ? 100 : 1))
    guard premium > highestPremiumMicros else { return nil }
    let formula = isOption ? "price x size x 100" : "price x size"
    var problem = Problem.badParameter(
      "size", seen: "\(trade.size) at \(trade.price)", wanted: "a premium (\(formula)) of at most 10000000000 USD",
      status: 422)
    problem.detail = "premium of one print: " + problem.detail
    return problem
  }
}

extension TradesRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "POST", path: "/trades", operation: "postTrade", summary: "Enter a print by hand",
      doc:
        "Goes through the same door as the vendor's prints and comes back marked `injected`. Only for clients on this "
        + "machine, and only for pages that this server served.",
      requestBody: TradesRoute.body,
      answers: [
        .json(202, "The print is on its way.", TradesRoute.Accepted.schema.record),
        .problem(400, "The body is not JSON."), .problem(403, "The request comes from elsewhere."),
        .problem(415, "The body is not declared as application/json."),
        .problem(422, "A member of the body cannot be used; `detail` says why."),
        .problem(503, "The feed's inbox is full."),
      ])
  ]
}
