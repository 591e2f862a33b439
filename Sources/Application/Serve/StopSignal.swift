#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// SIGINT, SIGTERM and the end of the terminal (SIGHUP, unless `nohup` says that it does not matter) as something to wait for.
/// `block` must run before any thread exists, so that every thread inherits it.
enum StopSignal {
  static func block() {
    hold()
    // A peer that hangs up must be an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// These alone: a command whose reader hangs up, as `head` does, ends as programs do.
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
    if heedsHangUp { sigaddset(&signals, SIGHUP) }
    return signals
  }

  /// A signal that is waited for comes even when it was ignored before.
  private static let heedsHangUp: Bool = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self)
  }()
}
