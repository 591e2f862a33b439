import FlowEngine
import MarketModel
import Positioning

// The names that causes have outside the program: in rules, in the database, in JSON.

extension DetectionKind {
  /// In a title.
  var words: String { name.split(separator: "_").joined(separator: " ") }
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
    case .detection(_, let kind): kind.name
    case .print: "print"
    case .level(let level): level.alertName
    case .incident(let kind): kind.alertName
    }
  }
}
