import Logging

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
    let words = [strdup(program), strdup(url), nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, program, nil, nil, words, environ)
    if status != 0 {
      log.warning("serve", "\(program) cannot be started: \(String(cString: strerror(status))); open \(url) yourself")
    }
  }
}
