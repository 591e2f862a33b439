import Dispatch
import Synchronization

/// Lets a thread wait for asynchronous work. For threads of our own and of the system only: a thread that runs tasks may be the
/// one that the work needs.
public enum AsyncWait {
  /// Runs something to its end.
  public static func result<Value: Sendable>(of work: @escaping @Sendable () async -> Value) -> Value {
    let running = Running(work)
    running.end.wait()
    guard let value = running.value.withLock({ $0 }) else { preconditionFailure("AsyncWait: an end without a result") }
    return value
  }

  /// Waits so long at most; the work goes on behind that.
  /// - Returns: nil when the time is over.
  public static func result<Value: Sendable>(
    within milliseconds: Int, of work: @escaping @Sendable () async -> Value
  ) -> Value? {
    let running = Running(work)
    guard running.end.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
    return running.value.withLock { $0 }
  }

  private final class Running<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
    let end = DispatchSemaphore(value: 0)

    init(_ work: @escaping @Sendable () async -> Value) {
      Task {
        let result = await work()
        value.withLock { $0 = result }
        end.signal()
      }
    }
  }
}
