import Rings
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C and SIGTERM while a command works: the work is told to end, so that it can remove what is half made. A second one
/// ends the process at once.
final class Interruption: Sendable {
  private struct State {
    var hasCome = false
    var stop: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// On the main thread, before there are others: they inherit that these signals wait.
  init() {
    StopSignal.hold()
    _ = WorkerThread("interruption") { [self] in
      StopSignal.wait()
      let stop = state.withLock { state in
        state.hasCome = true
        return state.stop
      }
      stop?()
      StopSignal.wait()
      _exit(ExitCode.interrupted.rawValue)
    }
  }

  /// Whether the work was told to end.
  var hasCome: Bool { state.withLock { $0.hasCome } }

  /// How the work that begins now is told; at once, when it has been told already.
  func stops(_ stop: @escaping @Sendable () -> Void) {
    let hasCome = state.withLock { state in
      state.stop = stop
      return state.hasCome
    }
    if hasCome { stop() }
  }
}
