import FlowEngine
import MarketModel
import Positioning

// The names that causes have outside the program: in rules, in the database, in JSON.

extension DetectionKind {
  /// As rules and alerts name it.
  public var alertName: String {
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

  /// In a title.
  var words: String { alertName.split(separator: "_").joined(separator: " ") }
}

extension PositionEffect {
  /// As rules and alerts name it.
  public var alertName: String {
    switch self {
    case .unknown: "unknown"
    case .opening: "opening"
    case .likelyOpening: "likely_opening"
    case .likelyClosing: "likely_closing"
    }
  }
}

extension PositioningLevel {
  /// As rules and alerts name it.
  public var alertName: String {
    switch self {
    case .zeroGamma: "zero_gamma"
    case .callWall: "call_wall"
    case .putWall: "put_wall"
    case .maxPain: "max_pain"
    }
  }
}

extension FeedIncident.Kind {
  /// As rules and alerts name it.
  public var alertName: String {
    switch self {
    case .connected: "connected"
    case .disconnected: "disconnected"
    case .ended: "ended"
    case .muted: "muted"
    case .gapFound: "gap_found"
    case .gapFilled: "gap_filled"
    case .gapUnfilled: "gap_unfilled"
    case .restarted: "restarted"
    }
  }
}

extension PrintFlags {
  /// Each flag a rule can ask for, in order.
  public static let alertNames: [(flag: PrintFlags, name: String)] = [
    (.block, "block"), (.intermarketSweep, "sweep_order"), (.multiLeg, "multi_leg"), (.floor, "floor"),
    (.cross, "cross"), (.auction, "auction"), (.late, "late"), (.weakSide, "weak_side"),
    (.offExchange, "off_exchange"), (.extendedHours, "extended_hours"),
  ]
}

extension AlertSubject {
  /// What kind of thing it is about: a detection's kind, `print`, a level, an incident.
  public var kindName: String {
    switch self {
    case .detection(_, let kind): kind.alertName
    case .print: "print"
    case .level(let level): level.alertName
    case .incident(let kind): kind.alertName
    }
  }
}
