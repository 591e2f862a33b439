import FlowEngine

/// How a detector is, for `/health`.
struct DetectorHealth: Sendable {
  enum State: String, Sendable, CaseIterable, APIChoice {
    case on, off
    /// After a fault, until the next trading day.
    case outOfService = "out_of_service"
    var apiName: String { rawValue }
  }
  var status: DetectorStatus
  /// Finds of the day.
  var found: Int64

  var state: State { status.isOn ? (status.fault == nil ? .on : .outOfService) : .off }

  static let schema = Schema<DetectorHealth>(
    "DetectorHealth", "How a detector is.",
    [
      .choice("detector", "Which one.") { $0.status.detector },
      .choice("state", "`off` by the settings; `out_of_service` after a fault, until the next trading day.") {
        $0.state
      },
      .textOrNull("fault", "Why it is out of service; null while it serves.") { $0.status.fault },
      .integer("faults", "Faults on all days since the start.") { $0.status.faults },
      .integer("found", "What it has found today.") { $0.found },
    ])

  /// What is wrong with it, in words; nil when nothing is.
  var doubt: String? {
    status.fault.map {
      "detector \(status.detector.name) is out of service until the next trading day: \($0); the others go on"
    }
  }
}
