import Rings
import Synchronization

/// Runs something asynchronous to its end from a program that is not.
enum AsyncWork {
  static func result<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let shared = Shared<Value>()
    let bell = Doorbell()
    Task {
      let value = await work()
      shared.result.withLock { $0 = value }
      bell.ring()
    }
    while true {
      if let value = shared.result.withLock({ $0 }) { return value }
      bell.wait(milliseconds: 1000) { shared.result.withLock { $0 != nil } }
    }
  }

  private final class Shared<Value: Sendable>: Sendable {
    let result = Mutex<Value?>(nil)
  }
}
