import MarketModel

// The names of detections outside the program: in the database, in JSON, in summaries.

extension DetectorID {
  public var name: String {
    switch self {
    case .sweep: "sweep"
    case .intermarketSweep: "intermarket_sweep"
    case .block: "block"
    case .offBook: "off_book"
    case .aggressiveBuying: "aggressive_buying"
    case .institutional: "institutional"
    case .multiLeg: "multi_leg"
    case .unusualVolume: "unusual_volume"
    case .repeatedHits: "repeated_hits"
    case .sweepThenFloor: "sweep_then_floor"
    }
  }
}

extension DetectionKind {
  public var name: String {
    switch self {
    case .sweep: "sweep"
    case .intermarketSweep: "intermarket_sweep"
    case .block: "block"
    case .offBook: "off_book"
    case .darkPool: "dark_pool"
    case .aggressiveCallBuying: "aggressive_call_buying"
    case .aggressivePutBuying: "aggressive_put_buying"
    case .institutionalFlow: "institutional_flow"
    case .verticalSpread: "vertical_spread"
    case .straddle: "straddle"
    case .strangle: "strangle"
    case .riskReversal: "risk_reversal"
    case .butterfly: "butterfly"
    case .calendarSpread: "calendar_spread"
    case .otherSpread: "other_spread"
    case .unusualVolume: "unusual_volume"
    case .repeatedHits: "repeated_hits"
    case .sweepThenFloor: "sweep_then_floor"
    }
  }
}

extension DetectionState {
  public var name: String {
    switch self {
    case .open: "open"
    case .closed: "closed"
    case .withdrawn: "withdrawn"
    }
  }
}

extension PositionEffect {
  public var name: String {
    switch self {
    case .unknown: "unknown"
    case .opening: "opening"
    case .likelyOpening: "likely_opening"
    case .likelyClosing: "likely_closing"
    }
  }
}

extension FactorKind {
  public var name: String {
    switch self {
    case .none: "none"
    case .legs: "legs"
    case .venues: "venues"
    case .premium: "premium"
    case .span: "span"
    case .aggression: "aggression"
    case .sizeMultiple: "size_multiple"
    case .size: "size"
    case .condition: "condition"
    case .venueList: "venue_list"
    case .delay: "delay"
    case .passivePrice: "passive_price"
    case .openInterestMultiple: "open_interest_multiple"
    case .volumeMultiple: "volume_multiple"
    case .buyShare: "buy_share"
    case .sizeMatch: "size_match"
    case .timeMatch: "time_match"
    case .quoteAge: "quote_age"
    }
  }
}

extension DetectionID {
  /// Raw values of all that may be found on a trading day.
  public static func ids(of session: MarketDate) -> Range<Int64> {
    Int64(session.daysSinceEpoch) << 40..<Int64(session.daysSinceEpoch + 1) << 40
  }

  /// As people and addresses name it: day, detector and count, `20261120-sweep-17`.
  public var text: String {
    let day = session.description.filter { $0 != "-" }
    return "\(day)-\(detector?.name ?? "unknown")-\(count)"
  }

  /// Nil for what `text` would not write.
  public init?(text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 8, let count = UInt32(parts[2]), count > 0,
      let detector = DetectorID.allCases.first(where: { $0.name == parts[1] })
    else { return nil }
    guard let day = Int(parts[0]), let session = MarketDate(year: day / 10_000, month: day / 100 % 100, day: day % 100)
    else { return nil }
    self.init(session: session, detector: detector, count: count)
    guard self.text == text else { return nil }
  }
}
