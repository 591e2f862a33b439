import JSONText
import MarketModel

/// What a client of the stream may say.
enum StreamRequest: Sendable, Equatable {
  /// Whose grid and minutes its state is to have; nil: the leading underlying's.
  case watch(String?)

  static let body = RecordDescription(
    name: "StreamWatch", doc: "What a client may send at any time: whose grid and minutes its state is to have.",
    fields: [
      FieldDescription(name: "type", type: .constant("watch"), doc: "Kind of message."),
      FieldDescription(
        name: "symbol", type: .optional(.text()),
        doc: "An underlying such as SPY; null, or left out: the one with the most option premium.", mayBeAbsent: true),
    ])

  /// What `symbol` may be, in words.
  static let wantedSymbol = "an underlying such as SPY"

  /// The underlying as it is known here, whether it has been seen or not; nil for what cannot be one.
  static func underlying(_ text: String) -> String? {
    guard let symbol = SymbolDirectory.canonical(text), !symbol.hasPrefix("O:") else { return nil }
    return symbol
  }

  /// Reads a message.
  init(_ bytes: [UInt8]) throws(Problem) {
    guard bytes.count <= Limits.clientRequestBytes else {
      throw Problem(
        kind: .badBody, status: 413,
        detail: "message: it has \(bytes.count) bytes; wanted at most \(Limits.clientRequestBytes).")
    }
    let reader = try RequestBody(
      bytes, of: StreamRequest.body, example: #"{"type":"watch","symbol":"SPY"}"#, subject: "message")
    _ = try reader.required("type", wanted: "\"watch\"") { $0 == .text("watch") ? true : nil }
    self = .watch(
      try reader.optional("symbol", wanted: "\(StreamRequest.wantedSymbol), or null") {
        guard case .text(let text) = $0 else { return nil }
        return StreamRequest.underlying(text)
      })
  }
}

/// The answer to a message that cannot be used.
struct StreamError: Sendable {
  var detail: String

  static let schema = Schema<StreamError>(
    "StreamError", "A message of the client was not taken; everything else goes on.",
    [
      .constant("type", "error", "Kind of message."),
      .text("detail", "What was wrong, and what is wanted.") { $0.detail },
    ])
}

/// How many messages a client sends in a second.
struct RequestPace {
  enum Verdict {
    case taken
    /// The first one too many of its second: worth a word.
    case refused
    /// The others.
    case ignored
  }

  /// When the second began, on a clock that never goes back.
  private var startNanoseconds = Int64.min
  private var count = 0

  mutating func judge(atNanoseconds time: Int64) -> Verdict {
    if startNanoseconds == .min || time - startNanoseconds >= 1_000_000_000 {
      startNanoseconds = time
      count = 0
    }
    count += 1
    if count <= Limits.clientRequestsPerSecond { return .taken }
    return count == Limits.clientRequestsPerSecond + 1 ? .refused : .ignored
  }
}
