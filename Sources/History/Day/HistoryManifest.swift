import MarketModel

/// What the cache has of one day, contract by contract. The truth about the folder: bytes and files it does not name do not
/// count.
public struct HistoryManifest: Hashable, Sendable, Codable {
  /// Trades or quotes of a contract.
  public enum Content: String, Hashable, Sendable, Codable, CaseIterable {
    case trades
    case quotes
  }

  /// How much of a stream is here.
  public enum State: String, Hashable, Sendable, Codable {
    /// Nothing was asked for yet.
    case missing
    /// Rows up to the resume point.
    case partial
    /// All of a session that was over; never asked for again.
    case complete
  }

  /// Where the next request begins.
  public struct ResumePoint: Hashable, Sendable, Codable {
    /// SIP time of the last row that is here, Unix nanoseconds.
    public var nanoseconds: Int64
    /// Rows of exactly this time that are here: so many are passed over.
    public var rows: Int
  }

  /// The trades or the quotes of one contract.
  public struct Stream: Hashable, Sendable, Codable {
    public var state = State.missing
    /// Events that are stored.
    public var rows: Int64 = 0
    /// Prints left out, because a later correction made them void.
    public var corrected: Int64 = 0
    /// Rows left out, because they say what no record may.
    public var refused: Int64 = 0
    /// Length of the stream's own file; what lies behind it was not finished. 0 when the rows are in a part.
    public var bytes: Int64 = 0
    public var resume: ResumePoint?
    /// When the vendor was asked last, RFC 3339.
    public var fetched: String?
    /// Where the rows came from.
    public var source: String?
    /// The file of several contracts that holds the rows; nil for a file of its own.
    public var part: String?

    public init() {}
  }

  /// One contract, or a stock.
  public struct Contract: Hashable, Sendable, Codable {
    public var trades = Stream()
    /// Nil when nobody wants them.
    public var quotes: Stream?

    public init() {}

    public subscript(_ content: Content) -> Stream? {
      get { content == .trades ? trades : quotes }
      set {
        switch content {
        case .trades: trades = newValue ?? Stream()
        case .quotes: quotes = newValue
        }
      }
    }

    /// The worse of the two.
    public var state: State {
      guard let quotes, quotes.state != trades.state else { return trades.state }
      return .partial
    }
  }

  /// What the vendor listed of an underlying.
  public struct Listing: Hashable, Sendable, Codable {
    public var contracts: Int
    public var fetched: String
    /// The session was over: the list does not grow any more.
    public var isFinal: Bool
  }

  /// One file of many contracts, imported from a flat file, in the order of time.
  public struct Part: Hashable, Sendable, Codable {
    public var file: String
    public var content: Content
    public var rows: Int64
    public var bytes: Int64
    public var source: String
    /// Of the imported file: it is not imported twice.
    public var sourceFingerprint: String
    public var fetched: String
    /// Underlyings it was limited to: contracts of theirs that it does not have did not trade. Empty: all.
    public var underlyings: [String]
  }

  /// Everything in one file, in the order it is replayed.
  public struct Merged: Hashable, Sendable, Codable {
    public var file: String
    public var trades: Int64
    public var quotes: Int64
    public var bytes: Int64
    /// Hash of the content.
    public var fingerprint: String
    /// Nanoseconds since 1970 of the first and the last event.
    public var first: Int64
    public var last: Int64
    /// What it was made from.
    public var revision: Int64
  }

  public var version = HistoryManifest.currentVersion
  /// `YYYY-MM-DD`.
  public var date: String
  /// By underlying.
  public var listings: [String: Listing] = [:]
  /// By ticker.
  public var contracts: [String: Contract] = [:]
  public var parts: [Part] = []
  public var merged: Merged?
  /// Grows whenever the rows change.
  public var revision: Int64 = 0
  /// Number of the last file of several contracts.
  public var lastFile = 0

  static let currentVersion = 1

  init(date: MarketDate) { self.date = date.description }

  /// Whether the merged file holds what the streams hold.
  public var isMergedCurrent: Bool { merged?.revision == revision }

  /// Whether an imported file says all there is about the contract: what it does not have did not happen.
  func isCovered(_ ticker: String, _ content: Content) -> Bool {
    parts.contains { part in
      guard part.content == content else { return false }
      return part.underlyings.isEmpty || part.underlyings.contains(HistoryTicker.underlying(ticker))
    }
  }

  /// Completes what an imported file says all there is about.
  mutating func closeCovered() {
    for (ticker, contract) in contracts {
      for content in Content.allCases {
        guard var stream = contract[content], stream.state != .complete, isCovered(ticker, content) else { continue }
        stream.state = .complete
        stream.resume = nil
        contracts[ticker]?[content] = stream
      }
    }
  }

  /// Whether there is nothing to be asked for.
  func isComplete(_ ticker: String, _ content: Content) -> Bool {
    contracts[ticker]?[content]?.state == .complete || isCovered(ticker, content)
  }
}

/// What a ticker belongs to.
enum HistoryTicker {
  static func underlying(_ ticker: String) -> String {
    OptionSymbol(polygon: ticker)?.underlying ?? ticker
  }
}
