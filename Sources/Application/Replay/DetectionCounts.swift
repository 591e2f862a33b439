import FlowEngine
import JSONText

/// Detections by kind, each counted once however often it is told; those that were withdrawn are none.
struct DetectionCounts: Sendable {
  private var kinds: [DetectionID: DetectionKind] = [:]

  mutating func add(_ detection: Detection) {
    kinds[detection.id] = detection.state == .withdrawn ? nil : detection.kind
  }

  var byKind: [DetectionKind: Int64] { kinds.values.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

  /// `3 sweep, 12 block`; nil when there are none.
  var text: String? {
    let counts = byKind
    let parts = DetectionKind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.name)" } }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// A member for each kind that was found.
  func write(to json: inout JSONWriter) {
    let counts = byKind
    json.object { json in
      for kind in DetectionKind.allCases { if let count = counts[kind] { json.field(kind.name, count) } }
    }
  }
}
