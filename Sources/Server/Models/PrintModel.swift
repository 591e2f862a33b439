import FlowEngine
import MarketModel

/// One print as users see it, from memory or from the store.
struct PrintRow: Sendable {
  struct Contract: Sendable, Hashable {
    var expiry: MarketDate
    var right: OptionRight
    var strike: Price
  }
  var id: Int64
  /// `trade.instrument` means nothing for rows from the store.
  var print: LabeledPrint
  var symbol: String
  var underlying: String
  /// Nil for equities.
  var contract: Contract?
  var isCancelled: Bool

  var kind: Instrument.Kind { contract == nil ? .equity : .option }
  var conditionIDs: [Int] { contract == nil ? print.trade.conditions.equityIDs : print.trade.conditions.optionIDs }

  /// Milliseconds from the quote to the print; nil without a quote.
  var quoteAgeMilliseconds: Double? {
    print.quoteTime == .none ? nil : Double(print.trade.time - print.quoteTime) / 1e6
  }
}

extension PrintRow {
  static let schema = Schema<PrintRow>(
    "Print", "One print and what the engine concluded from it.",
    [
      .integer("id", "Increasing in order of processing, unique in the store; `cursor` and `after` take it.") { $0.id },
      .time("time", "When the tape stamped it.") { $0.print.trade.time },
      .text("symbol", "The instrument, as the vendor writes it.") { $0.symbol },
      .text("underlying", "The underlying; the symbol itself for an equity.") { $0.underlying },
      .dateOrNull("expiry", "Last trading day; null for an equity.") { $0.contract?.expiry },
      .choiceOrNull("type", "Call or put; null for an equity.") { $0.contract?.right },
      .moneyOrNull("strike", "Strike in USD; null for an equity.") { $0.contract?.strike.micros },
      .money("price", "USD per share.") { $0.print.trade.price.micros },
      .integer("size", "Contracts or shares.") { Int64($0.print.trade.size) },
      .money("premium", "USD: price x size x multiplier.") { $0.print.premiumMicros },
      .integer("venue", "The vendor's venue number.") { Int64($0.print.trade.venue.rawValue) },
      .text("venue_name", "The venue in words.") { TapeNames.venue($0.print.trade.venue, $0.kind) },
      .integers("conditions", "The vendor's condition numbers.") { $0.conditionIDs },
      .texts("condition_names", "The same in words.") { row in
        row.conditionIDs.map { TapeNames.condition($0, row.kind) }
      },
      .choice("side", "Who crossed the spread.") { $0.print.side },
      .choice("method", "The rule that decided the side, or the reason why it is unknown.") { $0.print.method },
      .moneyOrNull("bid", "Best bid in force at the print, USD; null without a quote.") {
        $0.print.quoteTime == .none ? nil : $0.print.bid.micros
      },
      .moneyOrNull("ask", "Best offer in force at the print, USD; null without a quote.") {
        $0.print.quoteTime == .none ? nil : $0.print.ask.micros
      },
      .numberOrNull("quote_age_ms", "Milliseconds from that quote to the print.") { $0.quoteAgeMilliseconds },
      .nanosOrNull("delta", "Delta in force at the print.") { $0.print.deltaNanos },
      .nanosOrNull("gamma", "Gamma in force at the print, per USD of the underlying.") { $0.print.gammaNanos },
      .nanos("net_delta", "Side x size x delta; 0 when side or delta is unknown.") { $0.print.netDeltaNanos },
      .priceOrNull("underlying_price", "Last price of the underlying at the print, USD.") { $0.print.underlyingPrice },
      .integerOrNull("sweep_id", "The sweep it belongs to.") { $0.print.sweepID == 0 ? nil : Int64($0.print.sweepID) },
      .choices("flags", of: PrintFlags.named.map(\.name), "What else is true of it.") { $0.print.flags.names },
      .flag("injected", "Entered by hand.") {
        $0.print.flags.contains(.injected) || $0.print.trade.flags.contains(.injected)
      },
      .flag("cancelled", "Declared void by a later print; taken back from all sums.") { $0.isCancelled },
    ])
}

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
      .textOrNull("next", "Give it as `cursor` to get the older prints; null at the end.") { $0.next.map { String($0) } },
      .choice("source", "`store` when any row came from the database, else `memory`.") { $0.source },
    ])
}
