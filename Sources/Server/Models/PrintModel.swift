import FlowEngine
import MarketModel

/// One print as users see it, from memory or from the store.
struct PrintRow: Sendable {
  struct Contract: Sendable, Hashable {
    var expiry: MarketDate
    var right: OptionRight
    var strike: Price
  }
  /// The NBBO in force at the print.
  struct Quote: Sendable, Hashable {
    var bid: Price
    var ask: Price
    var time: Timestamp
  }
  var id: Int64
  var time: Timestamp
  var symbol: String
  var underlying: String
  /// Nil for equities.
  var contract: Contract?
  var price: Price
  var size: UInt32
  var premiumMicros: Int64
  var venue: VenueID
  var conditions: ConditionSet
  var side: AggressorSide
  var method: LabelMethod
  /// Nil when none was known.
  var quote: Quote?
  /// `ContractReference.unknown` when not known; likewise gamma and volatility.
  var deltaNanos: Int64
  var gammaNanos: Int64
  var impliedVolatilityNanos: Int64
  var greeksSource: GreeksSource
  var netDeltaNanos: Int64
  /// Zero when not known.
  var underlyingPrice: Price
  /// 0 for none.
  var sweepID: UInt32
  var flags: PrintFlags
  var isCancelled: Bool

  var kind: Instrument.Kind { contract == nil ? .equity : .option }
  var conditionIDs: [Int] { contract == nil ? conditions.equityIDs : conditions.optionIDs }

  /// Milliseconds from the quote to the print; nil without a quote.
  var quoteAgeMilliseconds: Double? { quote.map { Double(time - $0.time) / 1e6 } }
}

extension PrintRow {
  /// A print in memory.
  init(_ print: LabeledPrint, id: Int64, entry: SymbolDirectory.Entry, isCancelled: Bool) {
    let instrument = entry.instrument
    self.init(
      id: id, time: print.trade.time, symbol: entry.symbol, underlying: entry.underlying,
      contract: instrument.kind == .option
        ? Contract(expiry: instrument.expiry, right: instrument.right, strike: instrument.strike) : nil,
      price: print.trade.price, size: print.trade.size, premiumMicros: print.premiumMicros, venue: print.trade.venue,
      conditions: print.trade.conditions, side: print.side, method: print.method,
      quote: print.quoteTime == .none ? nil : Quote(bid: print.bid, ask: print.ask, time: print.quoteTime),
      deltaNanos: print.deltaNanos, gammaNanos: print.gammaNanos,
      impliedVolatilityNanos: print.impliedVolatilityNanos, greeksSource: print.greeksSource,
      netDeltaNanos: print.netDeltaNanos,
      underlyingPrice: print.underlyingPrice, sweepID: print.sweepID,
      flags: print.trade.flags.contains(.injected) ? print.flags.union(.injected) : print.flags,
      isCancelled: isCancelled)
  }
}

extension PrintRow {
  static let schema = Schema<PrintRow>(
    "Print", "One print and what the engine concluded from it.",
    [
      .integer("id", "Increasing in order of processing, unique in the store; `cursor` and `after` take it.") { $0.id },
      .time("time", "When the tape stamped it.") { $0.time },
      .text("symbol", "The instrument, as the vendor writes it.") { $0.symbol },
      .text("underlying", "The underlying; the symbol itself for an equity.") { $0.underlying },
      .dateOrNull("expiry", "Last trading day; null for an equity.") { $0.contract?.expiry },
      .choiceOrNull("type", "Call or put; null for an equity.") { $0.contract?.right },
      .moneyOrNull("strike", "Strike in USD; null for an equity.") { $0.contract?.strike.micros },
      .money("price", "USD per share.") { $0.price.micros },
      .integer("size", "Contracts or shares.") { Int64($0.size) },
      .money("premium", "USD: price x size x multiplier.") { $0.premiumMicros },
      .integer("venue", "The vendor's venue number.") { Int64($0.venue.rawValue) },
      .text("venue_name", "The venue in words.") { $0.venue.name },
      .integers("conditions", "The vendor's condition numbers.") { $0.conditionIDs },
      .texts("condition_names", "The same in words.") { row in
        row.conditionIDs.map { TapeNames.condition($0, row.kind) }
      },
      .choice("side", "Who crossed the spread.") { $0.side },
      .choice("method", "The rule that decided the side, or the reason why it is unknown.") { $0.method },
      .moneyOrNull("bid", "Best bid in force at the print, USD; null without a quote.") {
        $0.quote?.bid.micros
      },
      .moneyOrNull("ask", "Best offer in force at the print, USD; null without a quote.") {
        $0.quote?.ask.micros
      },
      .numberOrNull("quote_age_ms", "Milliseconds from that quote to the print.") { $0.quoteAgeMilliseconds },
      .nanosOrNull("delta", "Delta in force at the print.") { $0.deltaNanos },
      .nanosOrNull("gamma", "Gamma in force at the print, per USD of the underlying.") { $0.gammaNanos },
      .nanosOrNull("iv", "Implied volatility at the print, 0.35 = 35 %; null when it could not be solved.") {
        $0.impliedVolatilityNanos
      },
      .choice(
        "greeks_source",
        "Where delta, gamma and iv come from: `own_quote` our own from the NBBO at the print, `vendor` the vendor's of that "
          + "minute, `vendor_stale` the vendor's of another time."
      ) { $0.greeksSource },
      .nanos("net_delta", "Side x size x delta; 0 when side or delta is unknown.") { $0.netDeltaNanos },
      .priceOrNull("underlying_price", "Last price of the underlying at the print, USD.") { $0.underlyingPrice },
      .integerOrNull("sweep_id", "The sweep it belongs to.") { $0.sweepID == 0 ? nil : Int64($0.sweepID) },
      .choices("flags", of: PrintFlags.named.map(\.name), "What else is true of it.") { $0.flags.names },
      .flag("injected", "Entered by hand.") { $0.flags.contains(.injected) },
      .flag("backfilled", "Missed on the socket, read from the vendor's history later.") {
        $0.flags.contains(.backfilled)
      },
      .flag("cancelled", "Declared void by a later print; taken back from all sums.") { $0.isCancelled },
    ])
}

extension GreeksSource: APIChoice { var apiName: String { name } }

/// One page of prints.
struct PrintsPage: Sendable {
  enum Source: String, Sendable, CaseIterable, APIChoice {
    case memory, store
    var apiName: String { rawValue }
  }
  var rows: [PrintRow]
  /// Id to go on below; nil at the end.
  var next: Int64?
  var source: Source

  static let schema = Schema<PrintsPage>(
    "Prints", "Prints, newest first.",
    [
      .records("rows", "Newest first.", PrintRow.schema) { $0.rows },
      .textOrNull("next", "Give it as `cursor` to get the older prints; null at the end.") {
        $0.next.map { String($0) }
      },
      .choice("source", "`store` when any row came from the database, else `memory`.") { $0.source },
    ])
}
