import FlowEngine
import MarketModel

/// The one print table under `StoreProfile.reference`: the 17 columns other implementations write, and nothing else. Ticker,
/// strike and type are the instrument's and stand in `instruments`; the view `trades_labeled` has all 17.
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
      .value("exchange", .usmallint, "The vendor's venue number") { row, _ in row.pointee.print.trade.venue.rawValue },
      .value("price", .shortDecimal(scale: 4), "USD per share") { row, _ in shortPrice(row.pointee.print.trade.price) },
      .value("size", .uinteger, "Contracts") { row, _ in row.pointee.print.trade.size },
      .value("side", .enumeration(Enumerations.side), "Who crossed the spread") { row, _ in
        row.pointee.print.side.storedPosition
      },
      .optional("bid", .shortDecimal(scale: 4), "Best bid at the print, USD") { row, _ in
        row.pointee.print.hasQuote ? shortPrice(row.pointee.print.bid) : nil
      },
      .optional("ask", .shortDecimal(scale: 4), "Best ask at the print, USD") { row, _ in
        row.pointee.print.hasQuote ? shortPrice(row.pointee.print.ask) : nil
      },
      .value("premium", .decimal(scale: 6), "USD") { row, _ in decimal18(row.pointee.print.premiumMicros) },
      .optional("delta", .shortDecimal(scale: 8), "Delta in force") { row, _ in
        row.pointee.print.deltaNanos == ContractReference.unknown ? nil : shortGreek(row.pointee.print.deltaNanos)
      },
      .optional("gamma", .shortDecimal(scale: 8), "Gamma in force") { row, _ in
        row.pointee.print.gammaNanos == ContractReference.unknown ? nil : shortGreek(row.pointee.print.gammaNanos)
      },
      .value("net_delta", .decimal(scale: 9), "side x size x delta, in contracts") { row, _ in
        decimal18(row.pointee.print.netDeltaNanos)
      },
      .value("sweep_id", .uinteger, "Sweep the print belongs to, 0 for none") { row, _ in row.pointee.print.sweepID },
      .value("block", .boolean, "Block trade") { row, _ in row.pointee.print.flags.contains(.block) },
    ])
}

/// A price in 1e-4 of the currency, finer digits cut off. The benchmark's tapes have whole cents below $100,000.
@inline(__always)
private func shortPrice(_ price: Price) -> Int32 {
  let tenThousandths = price.micros / 100
  precondition(
    tenThousandths.magnitude < 1_000_000_000,
    "reference profile: price \(price) does not fit; it takes prices below 100000")
  return Int32(truncatingIfNeeded: tenThousandths)
}

/// A greek in 1e-8, finer digits cut off (the benchmark's have four decimals); delta and gamma of a listed option are below 10.
@inline(__always)
private func shortGreek(_ nanos: Int64) -> Int32 {
  let value = nanos / 10
  precondition(
    value.magnitude < 1_000_000_000, "reference profile: greek \(nanos)e-9 does not fit; it takes those below 10")
  return Int32(truncatingIfNeeded: value)
}
