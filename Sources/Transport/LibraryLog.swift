import CWebSockets
import Logging
import Synchronization

/// Carries the library's log lines into ours. The library has one log for the process, so the server or client loop started last
/// gets them.
enum LibraryLog {
  private static let log = Mutex<Log?>(nil)
  /// The thread whose last line said that a request's headers outgrew their room: the only sign the library gives of it.
  private static let overflowThread = Atomic<UInt>(0)
  /// Threads of client loops: they tell every failure to its socket's handler, so the library's lines add nothing.
  private static let clientThreads = Mutex<Set<UInt>>([])

  static func direct(to log: Log) {
    self.log.withLock { $0 = log }
    lws_set_log_level(LLL_ERR | LLL_WARN) { _, line in
      guard let line else { return }
      LibraryLog.take(String(cString: line))
    }
  }

  private static func take(_ line: String) {
    if line.contains("Ran out of header data space") {
      overflowThread.store(ThreadIdentity.current, ordering: .relaxed)
      return
    }
    var text = Substring(line)
    while let last = text.last, last.isNewline || last == " " { text.removeLast() }
    if text.isEmpty { return }
    if clientThreads.withLock({ $0.contains(ThreadIdentity.current) }) {
      log.withLock { $0 }?.debug("network", "libwebsockets: \(text)")
      return
    }
    // Nearly all of them are about something a client did; what keeps the server from working is thrown by `start()`.
    log.withLock { $0 }?.warning("network", "libwebsockets: \(text)")
  }

  /// The calling thread is a client loop's.
  static func enterClientThread() { _ = clientThreads.withLock { $0.insert(ThreadIdentity.current) } }
  static func leaveClientThread() { _ = clientThreads.withLock { $0.remove(ThreadIdentity.current) } }

  /// Whether this thread has just seen headers overflow; asking forgets it.
  static func takeHeaderOverflow() -> Bool {
    overflowThread.compareExchange(expected: ThreadIdentity.current, desired: 0, ordering: .relaxed).exchanged
  }
}
