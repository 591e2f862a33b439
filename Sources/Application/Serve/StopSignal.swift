#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// SIGINT and SIGTERM as something to wait for. `block` must run before any thread exists, so that every thread inherits it.
enum StopSignal {
  static func block() {
    hold()
    // A peer that hangs up must be an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// The two alone: a command whose reader hangs up, as `head` does, ends as programs do.
  static func hold() {
    var signals = set()
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Sleeps until one of them comes.
  static func wait() {
    var signals = set()
    var received: Int32 = 0
    sigwait(&signals, &received)
  }

  /// What Ctrl-C does, from a thread of this process that cannot go on.
  static func send() { kill(getpid(), SIGTERM) }

  private static func set() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    return signals
  }
}
