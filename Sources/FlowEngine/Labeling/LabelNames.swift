// The names of labels outside the program: in the database, in JSON, in summaries.

extension AggressorSide {
  public var name: String {
    switch self {
    case .buy: "buy"
    case .sell: "sell"
    case .mid: "mid"
    case .unknown: "unknown"
    }
  }
}

extension GreeksSource {
  public var name: String {
    switch self {
    case .none: "none"
    case .ownQuote: "own_quote"
    case .vendor: "vendor"
    case .vendorStale: "vendor_stale"
    }
  }
}

extension LabelMethod {
  public var name: String {
    switch self {
    case .atOrAboveAsk: "at_or_above_ask"
    case .atOrBelowBid: "at_or_below_bid"
    case .aboveMid: "above_mid"
    case .belowMid: "below_mid"
    case .atMid: "at_mid"
    case .tick: "tick"
    case .tickWithoutQuote: "tick_without_quote"
    case .noQuote: "no_quote"
    case .crossedQuote: "crossed_quote"
    case .staleQuote: "stale_quote"
    case .multiLeg: "multi_leg"
    case .stockTied: "stock_tied"
    case .cross: "cross"
    case .lateOrOutOfSequence: "late_or_out_of_sequence"
    case .cancelled: "cancelled"
    case .offMarket: "off_market"
    }
  }
}
