import MarketModel

/// What a live feed knows about itself: its sockets, what it follows, what it missed.
public struct LiveFacts: Sendable {
  /// A socket's state, in the order of a session.
  public enum SocketState: String, Sendable, CaseIterable, APIChoice {
    case dialling, authenticating, streaming, waiting, refused
    var apiName: String { rawValue }
  }

  public struct Socket: Sendable {
    /// `options` or `stocks`.
    public var stream: String
    public var state: SocketState
    /// Wall time of the latest change of state.
    public var since: Timestamp
    public var dials: Int64
    public var frames: Int64
    public var bytes: Int64
    /// Channels asked for and those the vendor has acknowledged; an acknowledgement does not prove that a symbol exists.
    public var channels: Int
    public var acknowledged: Int
    /// Contracts whose quotes are asked for, the most relevant ones: a connection carries 1,000.
    public var quotedContracts: Int
    /// Contracts whose quotes are wanted and not asked for.
    public var leftOutQuotes: Int
    /// Channels that the vendor does not let us have, and its words.
    public var refused: Int
    public var refusal: String?
    /// The refused ones are those of prints: nothing will come.
    public var arePrintsRefused: Bool
    /// Messages that found the queue to the feed full; each is a gap.
    public var overflow: Int64
    /// Why it was lost or refused last, in words; nil while all has been well.
    public var trouble: String?

    public init(
      stream: String, state: SocketState, since: Timestamp = .none, dials: Int64 = 0, frames: Int64 = 0,
      bytes: Int64 = 0, channels: Int = 0, acknowledged: Int = 0, quotedContracts: Int = 0, leftOutQuotes: Int = 0,
      refused: Int = 0, refusal: String? = nil, arePrintsRefused: Bool = false, overflow: Int64 = 0,
      trouble: String? = nil
    ) {
      self.stream = stream
      self.state = state
      self.since = since
      self.dials = dials
      self.frames = frames
      self.bytes = bytes
      self.channels = channels
      self.acknowledged = acknowledged
      self.quotedContracts = quotedContracts
      self.leftOutQuotes = leftOutQuotes
      self.refused = refused
      self.refusal = refusal
      self.arePrintsRefused = arePrintsRefused
      self.overflow = overflow
      self.trouble = trouble
    }
  }

  /// The strikes around the money whose quotes are followed.
  public struct Window: Sendable {
    public var underlying: String
    /// `.zero` when nothing tells a price.
    public var spot: Price
    /// Where the price is from: `stocks`, `chain`, `earlier_trade`, `previous_close`, `default`, `none`.
    public var spotOrigin: String
    /// The price is not the market's of now: nothing built on it is to be taken for live.
    public var isStale: Bool
    public var expiry: MarketDate?
    /// Strike at the money; `.zero` without a window.
    public var center: Price
    public var step: Price
    public var contracts: Int

    public init(
      underlying: String, spot: Price, spotOrigin: String, isStale: Bool, expiry: MarketDate?, center: Price,
      step: Price, contracts: Int
    ) {
      self.underlying = underlying
      self.spot = spot
      self.spotOrigin = spotOrigin
      self.isStale = isStale
      self.expiry = expiry
      self.center = center
      self.step = step
      self.contracts = contracts
    }
  }

  /// An underlying's chain as read last: greeks and open interest.
  public struct Chain: Sendable {
    public var underlying: String
    public var contracts: Int
    /// Seconds since the latest complete reading; nil before the first.
    public var ageSeconds: Double?

    public init(underlying: String, contracts: Int, ageSeconds: Double?) {
      self.underlying = underlying
      self.contracts = contracts
      self.ageSeconds = ageSeconds
    }
    /// Greeks older than this are marked.
    public static let staleSeconds = 60.0
    var isStale: Bool { ageSeconds.map { $0 > Chain.staleSeconds } ?? true }
  }

  public struct REST: Sendable {
    public var requests: Int64
    public var retries: Int64
    public var rateLimited: Int64
    public var failures: Int64
    /// Requests are held back because too many in a row failed.
    public var isHeldBack: Bool
    /// The latest failure in words; nil while all has been well.
    public var trouble: String?

    public init(
      requests: Int64 = 0, retries: Int64 = 0, rateLimited: Int64 = 0, failures: Int64 = 0, isHeldBack: Bool = false,
      trouble: String? = nil
    ) {
      self.requests = requests
      self.retries = retries
      self.rateLimited = rateLimited
      self.failures = failures
      self.isHeldBack = isHeldBack
      self.trouble = trouble
    }
  }

  public struct Gaps: Sendable {
    public var found: Int64
    public var filled: Int64
    public var unfilled: Int64
    /// Prints that were missing and came from the vendor's history.
    public var recoveredPrints: Int64
    public var open: Int64 { found - filled - unfilled }

    public init(found: Int64 = 0, filled: Int64 = 0, unfilled: Int64 = 0, recoveredPrints: Int64 = 0) {
      self.found = found
      self.filled = filled
      self.unfilled = unfilled
      self.recoveredPrints = recoveredPrints
    }
  }

  public var sockets: [Socket]
  public var windows: [Window]
  public var chains: [Chain]
  public var rest: REST
  public var gaps: Gaps
  /// Prints that came twice; the second is dropped.
  public var duplicates: Int64
  /// Prints of symbols that are not followed.
  public var filteredOut: Int64
  /// The market is closed, and silence means nothing.
  public var isMarketClosed: Bool
  /// How long no event has been newer than those before.
  public var stillSeconds: Double

  /// Events that stand still for so long in an open market are worth a word.
  static let stillLimitSeconds = 15.0

  public init(
    sockets: [Socket] = [], windows: [Window] = [], chains: [Chain] = [], rest: REST = REST(), gaps: Gaps = Gaps(),
    duplicates: Int64 = 0, filteredOut: Int64 = 0, isMarketClosed: Bool = false, stillSeconds: Double = 0
  ) {
    self.sockets = sockets
    self.windows = windows
    self.chains = chains
    self.rest = rest
    self.gaps = gaps
    self.duplicates = duplicates
    self.filteredOut = filteredOut
    self.isMarketClosed = isMarketClosed
    self.stillSeconds = stillSeconds
  }

  /// Whether the vendor has let all sockets in.
  var isStreaming: Bool { sockets.allSatisfy { $0.state == .streaming } }

  /// What speaks against calling this live: refused sockets and prices that are not the market's are worse than delays.
  var verdict: (down: [String], doubts: [String]) {
    var down: [String] = []
    var doubts: [String] = []
    for socket in sockets where socket.state != .streaming {
      let words = socket.trouble.map { ": \($0)" } ?? ""
      switch socket.state {
      case .refused: down.append("\(socket.stream) socket refused\(words)")
      case .waiting: doubts.append("\(socket.stream) socket lost, dialling again\(words)")
      default: doubts.append("\(socket.stream) socket is \(socket.state.rawValue)\(words)")
      }
    }
    for socket in sockets where socket.refused > 0 {
      let words =
        "the vendor refuses \(socket.refused) channels of the \(socket.stream) socket (\(socket.refusal ?? "no words"))"
      if socket.arePrintsRefused {
        down.append(words + ", prints among them; the plan does not cover them")
      } else {
        doubts.append(words + "; without quotes sides are unknown: use --feed delayed, or a plan with quotes")
      }
    }
    if !isMarketClosed, stillSeconds > LiveFacts.stillLimitSeconds, isStreaming {
      down.append(
        "no event newer than the one \(Int(stillSeconds)) s ago, \(duplicates) prints came twice: nothing shown is live"
      )
    }
    for socket in sockets where socket.leftOutQuotes > 0 {
      doubts.append(
        "quotes of \(socket.leftOutQuotes) contracts are not followed, those of \(socket.quotedContracts) are: a connection "
          + "carries 1,000 at most (--quoted-contracts); follow fewer symbols or --strikes")
    }
    for window in windows where window.isStale && !isMarketClosed {
      down.append(
        window.spot == .zero
          ? "\(window.underlying): nothing tells its price, so no strikes are followed; give --default-spots"
          : "\(window.underlying): price \(window.spot.doubleValue) is not live (from \(window.spotOrigin))")
    }
    let late = chains.filter(\.isStale).map(\.underlying)
    if !late.isEmpty, !isMarketClosed {
      doubts.append("greeks of \(late.joined(separator: ", ")) are over \(Int(Chain.staleSeconds)) s old")
    }
    if rest.isHeldBack { doubts.append("REST is held back after failures" + (rest.trouble.map { ": \($0)" } ?? "")) }
    if gaps.open > 0 { doubts.append("\(gaps.open) gap\(gaps.open == 1 ? " is" : "s are") being filled from history") }
    if gaps.unfilled > 0 {
      doubts.append(
        "\(gaps.unfilled) gap\(gaps.unfilled == 1 ? "" : "s") could not be filled: see feed_gaps in the database")
    }
    return (down, doubts)
  }
}

extension LiveFacts {
  static let schema = Schema<LiveFacts>(
    "LiveFeed", "A live feed's sockets, what it follows and what it missed.",
    [
      .records("sockets", "One for each stream of the vendor.", socketSchema) { $0.sockets },
      .records("windows", "Strikes around the money whose quotes are followed.", windowSchema) { $0.windows },
      .records("chains", "Greeks and open interest as read last.", chainSchema) { $0.chains },
      .record("rest", "Requests to the vendor.", restSchema) { $0.rest },
      .record("gaps", "Stretches that may not have been received.", gapsSchema) { $0.gaps },
      .integer("duplicates", "Prints that came twice; the second is dropped.") { $0.duplicates },
      .integer("filtered_out", "Prints of symbols that are not followed.") { $0.filteredOut },
      .flag("market_closed", "Silence means nothing.") { $0.isMarketClosed },
      .number("still_seconds", "How long no event has been newer than those before.") { $0.stillSeconds },
    ])

  private static let socketSchema = Schema<Socket>(
    "LiveSocket", "A connection to the vendor.",
    [
      .text("stream", "options or stocks.") { $0.stream },
      .choice("state", "waiting: lost, dialled again soon; refused: the vendor does not let us in.") { $0.state },
      .timeOrNull("since", "Of the state.") { $0.since },
      .integer("dials", "Since the start.") { $0.dials },
      .integer("frames", "Messages received since the start.") { $0.frames },
      .integer("bytes", "Received since the start.") { $0.bytes },
      .integer("channels", "Asked for.") { Int64($0.channels) },
      .integer("acknowledged", "Acknowledged; that does not prove that a symbol exists.") { Int64($0.acknowledged) },
      .integer(
        "quoted_contracts",
        "Contracts whose quotes are asked for: those of the strike windows, then the most traded; at most 1,000."
      ) { Int64($0.quotedContracts) },
      .integer("left_out_quotes", "Contracts whose quotes are wanted and not asked for.") { Int64($0.leftOutQuotes) },
      .integer("refused", "Channels that the vendor does not let us have.") { Int64($0.refused) },
      .textOrNull("refusal", "The vendor's words about them.") { $0.refusal },
      .integer("overflow", "Messages that found the queue full; each is a gap.") { $0.overflow },
      .textOrNull("trouble", "Why it was lost or refused last.") { $0.trouble },
    ])

  private static let windowSchema = Schema<Window>(
    "StrikeWindow", "Strikes around the money.",
    [
      .text("underlying", "Symbol.") { $0.underlying },
      .priceOrNull("spot", "Price of the underlying it is built on.") { $0.spot },
      .text("spot_origin", "stocks, chain, earlier_trade, previous_close, default or none.") { $0.spotOrigin },
      .flag("stale", "The price is not the market's of now.") { $0.isStale },
      .dateOrNull("expiry", "Expiry of the contracts.") { $0.expiry },
      .priceOrNull("center", "Strike at the money.") { $0.center },
      .priceOrNull("step", "Distance of the strikes.") { $0.step },
      .integer("contracts", "Followed with quotes.") { Int64($0.contracts) },
    ])

  private static let chainSchema = Schema<Chain>(
    "LiveChain", "Greeks and open interest of an underlying's contracts.",
    [
      .text("underlying", "Symbol.") { $0.underlying },
      .integer("contracts", "Read.") { Int64($0.contracts) },
      .numberOrNull("age_seconds", "Since the latest complete reading.") { $0.ageSeconds },
      .flag("stale", "Over \(Int(Chain.staleSeconds)) seconds old, or never read.") { $0.isStale },
    ])

  private static let restSchema = Schema<REST>(
    "LiveREST", "Requests to the vendor.",
    [
      .integer("requests", "Since the start.") { $0.requests },
      .integer("retries", "Of them repeated.") { $0.retries },
      .integer("rate_limited", "Answers with 429.") { $0.rateLimited },
      .integer("failures", "Given up.") { $0.failures },
      .flag("held_back", "No requests for a while, because too many in a row failed.") { $0.isHeldBack },
      .textOrNull("trouble", "The latest failure.") { $0.trouble },
    ])

  private static let gapsSchema = Schema<Gaps>(
    "LiveGaps", "Stretches that may not have been received.",
    [
      .integer("found", "Since the start.") { $0.found },
      .integer("filled", "Complete as far as the vendor's history is.") { $0.filled },
      .integer("unfilled", "Could not be read, or not wholly.") { $0.unfilled },
      .integer("open", "Being read.") { $0.open },
      .integer("recovered_prints", "Came from the vendor's history.") { $0.recoveredPrints },
    ])
}
