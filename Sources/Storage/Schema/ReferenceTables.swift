import FlowEngine
import MarketModel

/// The one print table under `StoreProfile.reference`: the 17 columns other implementations write, and nothing else.
enum ReferenceTables {
  static let labeled = TableLayout<PendingPrint>(
    name: "trades_labeled",
    comment: "One row per print that takes part in the sums; the view trades_labeled has the ticker",
    columns: [
      .value("ts", .timestamp, "Time of the print, UTC") { row, _ in row.pointee.print.trade.time.nanoseconds },
      .value("seq", .bigint, "The vendor's sequence number") { row, _ in row.pointee.print.trade.sequence },
      .value("instrument", .integer, "instruments.id, stands for the ticker") { row, _ in
        row.pointee.contract.databaseID
      },
      .value("strike", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.contract.strike.micros) },
      .optional("type", .enumeration(Enumerations.optionType), "call or put") { row, _ in
        row.pointee.contract.right > 1 ? nil : row.pointee.contract.right
      },
      .value("exchange", .usmallint, "The vendor's venue number") { row, _ in row.pointee.print.trade.venue.rawValue },
      .value("price", .decimal(scale: 6), "USD per share") { row, _ in decimal18(row.pointee.print.trade.price.micros)
      },
      .value("size", .uinteger, "Contracts") { row, _ in row.pointee.print.trade.size },
      .value("side", .enumeration(Enumerations.side), "Who crossed the spread") { row, _ in
        row.pointee.print.side.storedPosition
      },
      .optional("bid", .decimal(scale: 6), "Best bid at the print, USD") { row, _ in
        row.pointee.print.hasQuote ? decimal18(row.pointee.print.bid.micros) : nil
      },
      .optional("ask", .decimal(scale: 6), "Best ask at the print, USD") { row, _ in
        row.pointee.print.hasQuote ? decimal18(row.pointee.print.ask.micros) : nil
      },
      .value("premium", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.print.premiumMicros) },
      .optional("delta", .decimal(scale: 9), "Delta in force") { row, _ in
        row.pointee.print.deltaNanos == ContractReference.unknown ? nil : decimal18(row.pointee.print.deltaNanos)
      },
      .optional("gamma", .decimal(scale: 9), "Gamma in force") { row, _ in
        row.pointee.print.gammaNanos == ContractReference.unknown ? nil : decimal18(row.pointee.print.gammaNanos)
      },
      .value("net_delta", .decimal(scale: 9), "side x size x delta, in contracts") { row, _ in
        decimal18(row.pointee.print.netDeltaNanos)
      },
      .value("sweep_id", .uinteger, "Sweep the print belongs to, 0 for none") { row, _ in row.pointee.print.sweepID },
      .value("block", .boolean, "Block trade") { row, _ in row.pointee.print.flags.contains(.block) },
    ])

  /// Minutes come once and never again: no key to look up.
  static let rollups = {
    var table = SumTables.rollups
    table.primaryKey = []
    return table
  }()

  /// Excluded prints leave no row in the reference rules.
  @inline(__always)
  static func excludes(_ print: LabeledPrint) -> Bool {
    print.method == .cancelled || print.method == .lateOrOutOfSequence
  }
}
