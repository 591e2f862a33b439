import Clocks
import MarketModel

extension ConnectionMarks {
  /// Network thread: notes what matters of what a connection tells.
  func note(_ event: PolygonConnection.Event, _ stream: PolygonStream) {
    switch event {
    case .session(.streaming): note(.returned, stream.scope, at: SystemClock.monotonicNanoseconds)
    case .session(.interrupted(let problem, wasStreaming: true, _)):
      note(problem.kind == .muted ? .lostMute : .lost, stream.scope, at: SystemClock.monotonicNanoseconds)
    case .session, .overflowBegan, .overflowEnded: break
    }
  }
}
