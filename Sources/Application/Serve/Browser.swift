import Logging
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
    let status = start([program, url])
    if status != 0 {
      log.warning("serve", "\(program) cannot be started: \(String(cString: strerror(status))); open \(url) yourself")
    }
  }

  /// Starts a program and forgets it: it gets all signals although this process blocks some, and leaves no zombie.
  /// - Parameter ended: called with its wait status.
  /// - Returns: 0, or why it cannot be started.
  static func start(_ words: [String], ended: @escaping @Sendable (Int32) -> Void = { _ in }) -> Int32 {
    #if canImport(Glibc)
      var attributes = posix_spawnattr_t()
    #else
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // What is ignored here is not ignored there, either.
    var standard = sigset_t()
    sigemptyset(&standard)
    sigaddset(&standard, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &standard)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

    let arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, words[0], nil, &attributes, arguments, environ)
    guard status == 0 else { return status }
    let started = child
    _ = WorkerThread("browser") {
      var waitStatus: Int32 = 0
      while waitpid(started, &waitStatus, 0) < 0, errno == EINTR {}
      ended(waitStatus)
    }
    return 0
  }
}
