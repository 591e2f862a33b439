import MarketModel

/// What of a day is fetched from the vendor's history.
public struct FetchOptions: Sendable {
  /// Which contracts' quotes.
  public enum Quotes: Hashable, Sendable {
    case none
    /// Of those that traded: without prints there is nothing to label.
    case ofTraded
    case all
  }
  public var date: MarketDate
  /// All their contracts that were listed on the day, and their own prints.
  public var underlyings: [String]
  /// Contracts by name, as `O:SPY251216C00572000`.
  public var contracts: [String]
  public var quotes = Quotes.ofTraded
  /// Whether the underlyings' own prints are fetched.
  public var includesStocks = true
  /// Contracts that are asked for at once.
  public var parallelContracts = 4
  /// Rows a page, at most 50,000.
  public var pageRows = 50_000
  /// How long nothing may come before the fetch is given up.
  public var patienceNanoseconds: Int64 = 120_000_000_000

  public init(date: MarketDate, underlyings: [String] = [], contracts: [String] = []) {
    self.date = date
    self.underlyings = underlyings
    self.contracts = contracts
  }
}

/// How far a fetch has come.
public struct FetchProgress: Sendable {
  public enum Phase: Hashable, Sendable {
    /// The vendor is asked which contracts there were.
    case listing
    case fetching
    /// Everything is put into one file in order.
    case merging
  }
  public var phase = Phase.listing
  /// From 0 to 1 within the phase.
  public var share = 0.0
  public var contracts = 0
  public var contractsDone = 0
  /// Rows that came in this run; when merging, those of the day.
  public var rows: Int64 = 0
}

/// What came of a fetch.
public struct FetchSummary: Sendable {
  public var date: MarketDate
  /// Where REST was asked.
  public var source: String
  /// Contracts and stocks asked for, those that were complete before included.
  public var contracts = 0
  /// Of those, complete now.
  public var complete = 0
  /// Rows that came in this run.
  public var rows: Int64 = 0
  /// Requests sent, repetitions included.
  public var requests: Int64 = 0
  /// The session is not over: the rest is fetched another time.
  public var isSessionOpen = false
  /// What could not be had, in words.
  public var complaints: [String] = []
}
