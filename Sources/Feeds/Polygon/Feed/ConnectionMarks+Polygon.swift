import Clocks
import MarketModel

extension ConnectionMarks {
  /// Network thread: notes what matters of what a connection tells.
  func note(_ event: SessionEvent, _ stream: PolygonStream) {
    switch event {
    case .streaming: note(.returned, stream.scope, at: SystemClock.monotonicNanoseconds)
    case .interrupted(let problem, wasStreaming: true, _):
      note(problem.kind == .muted ? .lostMute : .lost, stream.scope, at: SystemClock.monotonicNanoseconds)
    case .interrupted, .refused, .notice: break
    }
  }
}
