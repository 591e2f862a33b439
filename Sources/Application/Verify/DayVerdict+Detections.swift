import FlowEngine

extension DayVerdict {
  /// Holds what a store has of detections against what the journal's events lead to.
  mutating func compare(detections found: [DetectionKind: Int64], with wanted: [DetectionKind: Int64]) {
    for kind in DetectionKind.allCases {
      let (wanted, found) = (wanted[kind] ?? 0, found[kind] ?? 0)
      if wanted == 0, found == 0 { continue }
      checks.append(
        Check(
          what: "store: \(kind.name) detections", wanted: "\(wanted)", found: "\(found)",
          difference: (found > wanted ? "+" : "") + "\(found - wanted)"))
    }
  }
}
