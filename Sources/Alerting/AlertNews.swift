import Synchronization

/// Alerts that are new or different, on their way to the page; any thread.
public final class AlertNews: Sendable {
  private struct State {
    var alerts: [Alert] = []
    var missed: Int64 = 0
  }
  private let state = Mutex(State())
  /// What nobody takes is not kept beyond this.
  static let capacity = 1000

  public init() {}

  /// Of several records of one alert only the newest is kept; when there are too many the oldest are left out, and counted.
  func put(_ alerts: [Alert]) {
    guard !alerts.isEmpty else { return }
    state.withLock { state in
      let ids = Set(alerts.map(\.id))
      state.alerts.removeAll { ids.contains($0.id) }
      state.alerts += alerts
      let excess = state.alerts.count - AlertNews.capacity
      guard excess > 0 else { return }
      state.alerts.removeFirst(excess)
      state.missed += Int64(excess)
    }
  }

  /// Takes what there is, oldest change first.
  public func take() -> (alerts: [Alert], missed: Int64) {
    state.withLock { state in
      defer { state = State() }
      return (state.alerts, state.missed)
    }
  }
}
