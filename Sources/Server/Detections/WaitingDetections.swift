import FlowEngine
import MarketModel

/// Detections that somebody has not been told of yet, or not of their change: each once, whatever happened to it meanwhile;
/// bounded.
struct WaitingDetections {
  private(set) var ids: [DetectionID] = []
  private var known: Set<DetectionID> = []
  /// News that found no room.
  private(set) var missed: Int64 = 0

  var isEmpty: Bool { ids.isEmpty && missed == 0 }

  mutating func add(_ id: DetectionID) {
    if known.contains(id) { return }
    guard ids.count < Limits.waitingDetections else {
      missed += 1
      return
    }
    known.insert(id)
    ids.append(id)
  }

  mutating func add(_ others: WaitingDetections) {
    missed = missed.addingSaturating(others.missed)
    for id in others.ids { add(id) }
  }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    known.removeAll(keepingCapacity: true)
    missed = 0
  }
}
