import Logging
import Processes
import Rings

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens a page in the user's browser.
enum Browser {
  static func open(_ url: String, log: Log) {
    #if os(Linux)
      let program = "xdg-open"
    #else
      let program = "open"
    #endif
    let status = start([program, url]) { status in
      if status != 0 { log.warning("serve", "\(program) could not open a browser; open \(url) yourself") }
    }
    if status != 0 {
      log.warning("serve", "\(program) cannot be started: \(String(cString: strerror(status))); open \(url) yourself")
    }
  }

  /// Starts a program and forgets it; it leaves no zombie, and Ctrl-C is not for it.
  /// - Parameter ended: called with its wait status.
  /// - Returns: 0, or why it cannot be started.
  static func start(_ words: [String], ended: @escaping @Sendable (Int32) -> Void = { _ in }) -> Int32 {
    var child: pid_t = 0
    let status = ChildProcess.start(words, isGroup: true, &child)
    guard status == 0 else { return status }
    let started = child
    _ = WorkerThread("browser") { ended(ChildProcess.wait(started)) }
    return 0
  }
}
