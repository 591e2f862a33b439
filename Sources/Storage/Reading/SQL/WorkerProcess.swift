#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A worker, from its start to its end; it ends with this object at the latest.
final class WorkerProcess {
  let pipe: WorkerPipe
  private var child: pid_t = 0
  private var waitStatus: Int32?

  /// What a worker needs of the environment: where libraries are, and what sanitizers are told. No key, no address.
  private static let passedOn = ["LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"]

  init(_ executable: String) throws(SQLError) {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
      let type = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
      throw .process("cannot be spoken to: \(String(cString: strerror(errno)))")
    }
    pipe = WorkerPipe(descriptor: ends[0])
    let status = WorkerProcess.spawn(executable, standardInput: ends[1], &child)
    close(ends[1])
    guard status == 0 else {
      child = 0
      throw .process("cannot be started: \(String(cString: strerror(status)))")
    }
  }

  deinit {
    close(pipe.descriptor)
    guard child != 0, waitStatus == nil else { return }
    kill(child, SIGKILL)
    _ = wait()
  }

  private static func spawn(_ executable: String, standardInput: Int32, _ child: inout pid_t) -> Int32 {
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
    posix_spawn_file_actions_adddup2(&actions, standardInput, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // A group of its own: Ctrl-C is for the process that asked, which ends this one.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))
    // One arena: each further one would take address space that counts.
    var variables = ["MALLOC_ARENA_MAX=1"]
    for name in passedOn { if let value = getenv(name) { variables.append("\(name)=\(String(cString: value))") } }
    let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), strdup(QueryWorker.command), nil]
    let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    return posix_spawn(&child, executable, &actions, &attributes, arguments, environment)
  }

  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    waitStatus = status
    return status
  }

  /// After the pipe broke: why the process is gone.
  func reasonOfDeath(_ question: SQLQuestion) -> SQLError {
    kill(child, SIGKILL)
    let status = wait()
    let signal = status & 0x7F
    switch signal {
    // What a failed allocation ends in, in Swift, in C++ and in libraries that do not look.
    case SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS: return .tooMuchMemory(megabytes: question.memoryLimitMegabytes)
    case SIGXFSZ:
      return .refused(
        "the Parquet file would be longer than \(question.byteLimit) bytes, the limit; ask for fewer rows")
    case 0: return .process("ended with status \(status >> 8 & 0xFF)")
    default: return .process("died of signal \(signal)")
    }
  }
}
