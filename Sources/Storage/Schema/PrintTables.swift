import FlowEngine
import MarketModel

/// What the full profile appends to as prints come in.
enum PrintTables {
  /// The bit of the column `flags` that says "entered by hand".
  static let injectedBit = PrintFlags.injected.rawValue

  /// The one table with a row per print: each column is written several times on its way to the disk, so what follows from others
  /// is left to the views: `run_id` is the high bits of `print_id`, net delta a product, and the views `trades_raw` and
  /// `nbbo_at_trade` show columns of this table. The premium is a product, too, and stays: prints are searched by it, and minima and
  /// maxima of a product are not known (10 million prints: 0.7 s instead of 1 ms).
  ///
  /// No index: within a run ids and times only grow, so DuckDB's minima and maxima of each row group find a range as an index would.
  /// Measured on 2 million prints, all tables: a primary key on `print_id` costs 41 % more processor time (4.3 to 6.1 s) and
  /// 17 % more file (120 to 141 MB). The keyed table, `open_interest_eod`, gets few rows.
  static let labeled = TableLayout<PendingPrint>(
    name: "trades_labeled",
    comment: "One row per print with the aggressor label; read it through the view trades_labeled",
    columns: [
      .value("print_id", .bigint, "Number of the print in this file, higher in newer runs") { row, _ in
        row.pointee.printID
      },
      .value("ts", .timestamp, "Time of the print on the consolidated tape, UTC") { row, _ in
        row.pointee.print.trade.time.nanoseconds
      },
      .value("seq", .bigint, "The vendor's sequence number, 0 when it has none") { row, _ in
        row.pointee.print.trade.sequence
      },
      .value("instrument", .integer, "instruments.id") { row, _ in row.pointee.contract.databaseID },
      .value("exchange", .usmallint, "The vendor's venue number") { row, _ in row.pointee.print.trade.venue.rawValue },
      .value("price", .decimal(scale: 6), "USD per share") { row, _ in decimal18(row.pointee.print.trade.price.micros)
      },
      .value("size", .uinteger, "Contracts or shares") { row, _ in row.pointee.print.trade.size },
      .value("conditions", .ubigint, "Sale conditions as bits; the view lists the vendor's ids") { row, _ in
        row.pointee.print.trade.conditions.rawValue
      },
      .value("side", .enumeration(Enumerations.side), "Who crossed the spread") { row, _ in
        row.pointee.print.side.storedPosition
      },
      .value("method", .enumeration(Enumerations.method), "The rule that decided the side, or why it is unknown") {
        row, _ in
        row.pointee.print.method.rawValue
      },
      .optional("bid", .decimal(scale: 6), "Best bid at the print, USD; NULL without a quote") { row, _ in
        row.pointee.print.hasQuote ? decimal18(row.pointee.print.bid.micros) : nil
      },
      .optional("ask", .decimal(scale: 6), "Best ask at the print, USD; NULL without a quote") { row, _ in
        row.pointee.print.hasQuote ? decimal18(row.pointee.print.ask.micros) : nil
      },
      .optional("quote_time", .timestamp, "When that quote was made, UTC") { row, _ in
        row.pointee.print.quoteTime == .none ? nil : row.pointee.print.quoteTime.nanoseconds
      },
      .value("premium", .decimal(scale: 6), "price x size x multiplier, USD") { row, _ in
        decimal18(row.pointee.print.premiumMicros)
      },
      .optional("delta", .decimal(scale: 9), "Delta in force; NULL when not known") { row, _ in
        row.pointee.print.deltaNanos == ContractReference.unknown ? nil : decimal18(row.pointee.print.deltaNanos)
      },
      .optional("gamma", .decimal(scale: 9), "Gamma in force; NULL when not known") { row, _ in
        row.pointee.print.gammaNanos == ContractReference.unknown ? nil : decimal18(row.pointee.print.gammaNanos)
      },
      .optional("underlying_price", .decimal(scale: 6), "Last price of the underlying, USD; NULL when not known") {
        row, _ in
        row.pointee.print.underlyingPrice == .zero ? nil : decimal18(row.pointee.print.underlyingPrice.micros)
      },
      .value("sweep_id", .uinteger, "Sweep the print belongs to, 0 for none") { row, _ in row.pointee.print.sweepID },
      .value("flags", .usmallint, "PrintFlags as bits; the view spells out block, injected and backfilled") { row, _ in
        row.pointee.print.flags.rawValue
      },
      .value("cancelled", .boolean, "The venue declared the print void later") { row, _ in row.pointee.cancelled },
      .optional("implied_volatility", .decimal(scale: 9), "Implied volatility in force; NULL when not known") {
        row, _ in
        row.pointee.print.impliedVolatilityNanos == ContractReference.unknown
          ? nil : decimal18(row.pointee.print.impliedVolatilityNanos)
      },
      .optional("greeks_source", .enumeration(Enumerations.greeksSource), "Where greeks and volatility come from") {
        row, _ in
        row.pointee.print.greeksSource.storedPosition
      },
      .value("reporting_facility", .usmallint, "FINRA facility of an off-exchange print, 0 otherwise") { row, _ in
        row.pointee.print.trade.reportingFacility
      },
    ])

  /// The messages that void a print: no prints themselves.
  static let cancellations = TableLayout<PendingCancellation>(
    name: "cancellations", comment: "What voids a print, as it came in; read it through the view trades_raw",
    columns: [
      .optional("print_id", .bigint, "The print that is void; NULL when it was not found") { row, _ in
        row.pointee.cancelledPrintID
      },
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("ts", .timestamp, "Time on the consolidated tape, UTC") { row, _ in row.pointee.trade.time.nanoseconds },
      .value("seq", .bigint, "The vendor's sequence number, 0 when it has none") { row, _ in
        row.pointee.trade.sequence
      },
      .value("instrument", .integer, "instruments.id") { row, _ in row.pointee.databaseID },
      .value("exchange", .usmallint, "The vendor's venue number") { row, _ in row.pointee.trade.venue.rawValue },
      .value("price", .decimal(scale: 6), "USD per share") { row, _ in decimal18(row.pointee.trade.price.micros) },
      .value("size", .uinteger, "Contracts or shares") { row, _ in row.pointee.trade.size },
      .value("conditions", .ubigint, "Sale conditions as bits; the view lists the vendor's ids") { row, _ in
        row.pointee.trade.conditions.rawValue
      },
      .value("reporting_facility", .usmallint, "FINRA facility of an off-exchange print, 0 otherwise") { row, _ in
        row.pointee.trade.reportingFacility
      },
      .value("injected", .boolean, "Entered by hand") { row, _ in row.pointee.trade.flags.contains(.injected) },
    ])
}

extension LabeledPrint {
  /// Whether an NBBO was known at the print: the engine sets bid, ask and time to zero when none was.
  @inline(__always) var hasQuote: Bool { bid != .zero || ask != .zero || quoteTime != .none }
}
