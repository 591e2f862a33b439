/// What a root on the tape stands for when it is not simply the symbol of the stock: the one table of index roots.
public struct OptionRoot: Hashable, Sendable {
  /// When the final value of the underlying is taken.
  public enum Settlement: Sendable {
    /// From the opening prices of the expiry; trading ends the session before.
    case open
    /// From the closing prices of the expiry.
    case close
  }
  public var root: String
  /// Symbol of the index.
  public var underlying: String
  public var settlement: Settlement

  /// The index root of that name; nil for stocks, funds and roots not in the table.
  public static func index(_ root: String) -> OptionRoot? { indexRoots.first { $0.root == root } }

  /// Whether options of this root trade until a quarter of an hour after the close of the stock market.
  public static func tradesLate(_ root: String) -> Bool { index(root) != nil || lateFunds.contains(root) }

  /// Cash-settled index options. Settlement by the exchanges' contract specifications (Cboe; Nasdaq for NDX and NDXP).
  public static let indexRoots: [OptionRoot] = [
    OptionRoot(root: "SPX", underlying: "SPX", settlement: .open),
    OptionRoot(root: "SPXW", underlying: "SPX", settlement: .close),
    OptionRoot(root: "XSP", underlying: "XSP", settlement: .close),
    OptionRoot(root: "XSPW", underlying: "XSP", settlement: .close),
    OptionRoot(root: "NDX", underlying: "NDX", settlement: .open),
    OptionRoot(root: "NDXP", underlying: "NDX", settlement: .close),
    OptionRoot(root: "XND", underlying: "XND", settlement: .close),
    OptionRoot(root: "RUT", underlying: "RUT", settlement: .open),
    OptionRoot(root: "RUTW", underlying: "RUT", settlement: .close),
    OptionRoot(root: "MRUT", underlying: "MRUT", settlement: .close),
    OptionRoot(root: "VIX", underlying: "VIX", settlement: .open),
    OptionRoot(root: "VIXW", underlying: "VIX", settlement: .open),
    OptionRoot(root: "DJX", underlying: "DJX", settlement: .open),
    OptionRoot(root: "OEX", underlying: "OEX", settlement: .close),
    OptionRoot(root: "XEO", underlying: "XEO", settlement: .close),
  ]

  /// Exchange-traded products whose options trade until 16:15, as brokers publish the exchanges' list. It changes now and
  /// then; a product that is missing here only closes fifteen minutes early in the calendar.
  private static let lateFunds: Set<String> = [
    "DBA", "DBB", "DBC", "DBO", "DBS", "DIA", "EEM", "EFA", "FXI", "IWM", "IWN", "IWO", "IWV", "IYR", "KBE", "KRE",
    "LQD",
    "MDY", "MOO", "OEF", "QQQ", "SLX", "SPY", "SVXY", "TLT", "UNG", "UUP", "UVIX", "UVXY", "VIXM", "VIXY", "VXX", "VXZ",
    "XHB", "XLB", "XLE", "XLF", "XLI", "XLK", "XLP", "XLU", "XLV", "XLY", "XME", "XRT",
  ]
}
