import CWebSockets
import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Carries the library's log lines into ours. The library has one log for the process, so the server started last gets
/// them.
enum LibraryLog {
  private static let log = Mutex<Log?>(nil)
  /// The thread whose last line said that a request's headers outgrew their room: the only sign the library gives of it.
  private static let overflowThread = Atomic<UInt>(0)

  static func direct(to log: Log) {
    self.log.withLock { $0 = log }
    lws_set_log_level(LLL_ERR | LLL_WARN) { _, line in
      guard let line else { return }
      LibraryLog.take(String(cString: line))
    }
  }

  private static func take(_ line: String) {
    if line.contains("Ran out of header data space") {
      overflowThread.store(threadIdentifier, ordering: .relaxed)
      return
    }
    var text = Substring(line)
    while let last = text.last, last.isNewline || last == " " { text.removeLast() }
    if text.isEmpty { return }
    // Nearly all of them are about something a client did; what keeps the server from working is thrown by `start()`.
    log.withLock { $0 }?.warning("network", "libwebsockets: \(text)")
  }

  /// Whether this thread has just seen headers overflow; asking forgets it.
  static func takeHeaderOverflow() -> Bool {
    overflowThread.compareExchange(expected: threadIdentifier, desired: 0, ordering: .relaxed).exchanged
  }

  private static var threadIdentifier: UInt {
    #if canImport(Glibc)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }
}
