#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts other programs. They get all signals although this process blocks some, and what is ignored here (SIGPIPE) is not
/// ignored there.
public enum ChildProcess {
  /// Where a child's standard input and its errors lead. What it prints goes nowhere.
  public struct Streams {
    public var input: Int32
    /// Nil: nowhere.
    public var errors: Int32?

    public init(input: Int32, errors: Int32? = nil) {
      self.input = input
      self.errors = errors
    }
  }

  /// - Parameters:
  ///   - words: the program, looked for on the PATH unless it is a path, and its arguments.
  ///   - environment: all of it, as `NAME=value`; nil for a copy of ours.
  ///   - streams: nil for ours.
  ///   - isGroup: the child leads a group of its own: Ctrl-C is not for it, and what it starts can be ended with it.
  ///   - child: its process id, when it has started.
  /// - Returns: 0, or the `errno` that says why it cannot be started.
  public static func start(
    _ words: [String], environment: [String]? = nil, streams: Streams? = nil, isGroup: Bool = false,
    _ child: inout pid_t
  ) -> Int32 {
    precondition(!words.isEmpty, "ChildProcess: a program wanted")
    #if canImport(Glibc)
      var attributes = posix_spawnattr_t()
      var actions = posix_spawn_file_actions_t()
    #else
      var attributes: posix_spawnattr_t?
      var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let streams {
      posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO)
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
      if let errors = streams.errors {
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
      } else {
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
      }
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(isGroup ? flags | Int32(POSIX_SPAWN_SETPGROUP) : flags))
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for text in arguments { free(text) } }
    guard let environment else { return posix_spawnp(&child, words[0], &actions, &attributes, arguments, environ) }
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in variables { free(text) } }
    return posix_spawnp(&child, words[0], &actions, &attributes, arguments, variables)
  }

  /// Those of our variables that are set, as `NAME=value`.
  public static func variables(_ names: [String]) -> [String] {
    names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
  }

  /// Waits for a child's end.
  /// - Returns: its wait status.
  public static func wait(_ child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status
  }
}
