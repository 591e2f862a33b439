import MarketModel

/// Ids of cancelled prints that somebody has not been told yet; bounded.
struct PendingCancellations {
  private(set) var ids: [Int64] = []
  /// False once more came than are kept: whoever waits for them has to start anew.
  private(set) var isComplete = true

  var isEmpty: Bool { ids.isEmpty && isComplete }

  mutating func add(_ id: Int64) {
    if ids.count < Limits.pendingCancellations { ids.append(id) } else { isComplete = false }
  }

  mutating func add(_ others: PendingCancellations) {
    isComplete = isComplete && others.isComplete
    for id in others.ids { add(id) }
  }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    isComplete = true
  }
}
