import FlowEngine
import MarketModel

/// The tables with few rows: instruments, minutes, open interest, incidents.
enum SumTables {
  static let instruments = TableLayout<NewInstrument>(
    name: "instruments", comment: "Every symbol the file has seen; ids are the file's own",
    columns: [
      .value("id", .integer, "Referred to by the other base tables") { row, _ in row.pointee.databaseID },
      .text("symbol", "The vendor's symbol") { row, _ in row.pointee.instrument.symbol.description },
      .text("underlying", "Symbol of the underlying") { row, _ in row.pointee.underlying.description },
      .value("kind", .enumeration(Enumerations.kind), "equity or option") { row, _ in
        row.pointee.instrument.kind.rawValue
      },
      .optional("type", .enumeration(Enumerations.optionType), "call or put") { row, _ in
        row.pointee.instrument.kind == .option ? row.pointee.instrument.right.rawValue : nil
      },
      .optional("expiry", .date, "Last day of trading") { row, _ in
        row.pointee.instrument.kind == .option ? row.pointee.instrument.expiry.daysSinceEpoch : nil
      },
      .optional("strike", .decimal(scale: 6), "USD") { row, _ in
        row.pointee.instrument.kind == .option ? decimal18(row.pointee.instrument.strike.micros) : nil
      },
      .value("multiplier", .uinteger, "Shares one contract delivers") { row, _ in row.pointee.instrument.multiplier },
    ])

  /// One row for each run, contract and minute, which `MinuteRows` sees to. The run is among them, because the same minute may be
  /// played again from another source.
  static let rollups = TableLayout<PendingBar>(
    name: "rollups_min", comment: "One row per contract and minute with a print; read it through the view rollups_min",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("instrument", .integer, "instruments.id") { row, _ in row.pointee.databaseID },
      .value("minute", .timestamp, "Start of the minute, UTC") { row, _ in row.pointee.bar.minute.nanoseconds },
      .value("open", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.bar.open.micros) },
      .value("high", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.bar.high.micros) },
      .value("low", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.bar.low.micros) },
      .value("close", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.bar.close.micros) },
      .value("trades", .bigint, "Prints") { row, _ in row.pointee.bar.trades },
      .value("volume", .bigint, "Contracts or shares") { row, _ in row.pointee.bar.volume },
      .value("premium", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.bar.premiumMicros) },
      .value("buy_volume", .bigint, "Volume labelled buy") { row, _ in row.pointee.bar.buyVolume },
      .value("sell_volume", .bigint, "Volume labelled sell") { row, _ in row.pointee.bar.sellVolume },
    ])

  /// Minutes that go out of the table before their newer rows come in.
  static let outdatedRollups = rollups.removing(matching: ["run_id", "instrument", "minute"])

  /// Keyed: the newest report of a day wins.
  static let openInterest = TableLayout<PendingOpenInterest>(
    name: "open_interest_eod",
    comment: "Open contracts as reported on a market day, which is the count of the evening before",
    columns: [
      .value("instrument", .integer, "instruments.id") { row, _ in row.pointee.databaseID },
      .value("reported_on", .date, "Market day of the report") { row, _ in
        marketDay(of: row.pointee.openInterest.time).daysSinceEpoch
      },
      .value("ts", .timestamp, "Time of the report, UTC") { row, _ in row.pointee.openInterest.time.nanoseconds },
      .value("open_interest", .bigint, "Contracts") { row, _ in row.pointee.openInterest.contracts },
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
    ],
    primaryKey: ["instrument", "reported_on"])

  /// Keyed: a run that goes on after an interruption tells its beginning again.
  static let incidents = TableLayout<PendingIncident>(
    name: "feed_incidents",
    comment: "What happened to the data themselves: connected, lost, ended, a gap, a new session",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("ts", .timestamp, "UTC") { row, _ in row.pointee.time.nanoseconds },
      .value("kind", .enumeration(Enumerations.incident), "What happened") { row, _ in row.pointee.kind },
      .optional("session", .date, "The day that begins") { row, _ in row.pointee.session?.daysSinceEpoch },
      .value("scope", .enumeration(Enumerations.scope), "Which stream of the vendor") { row, _ in
        row.pointee.scope.rawValue
      },
      .value("gap", .uinteger, "Number of the gap within the run, 0 for what is no gap") { row, _ in row.pointee.gap },
      .optional("gap_start", .timestamp, "Where the gap begins, UTC; it ends at ts") { row, _ in
        row.pointee.from == .none ? nil : row.pointee.from.nanoseconds
      },
      .value("recovered", .uinteger, "Missing prints that came with this, when a gap was closed") { row, _ in
        row.pointee.count
      },
      .value("recorded_at", .timestamp, "When this was written down here, UTC, by the clock of this machine") {
        row, _ in
        row.pointee.recordedNanoseconds
      },
    ],
    primaryKey: ["run_id", "ts", "kind", "scope", "gap"])
}
