#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program at work on one message: it reads the message from standard input and says with its exit status whether it is
/// delivered. Ends with this object at the latest.
final class CommandRun {
  let ticket: Int64
  private let deadlineNanoseconds: Int64
  private var child: pid_t = 0
  private let complaints: Int32

  /// What a message may have, so that it fits into a socket's buffer at once.
  static let inputBytes = 60_000
  private static let shownUnits = 200
  /// What programs need to be found and to find their own files. No keys of ours.
  private static let passedOn = ["PATH", "HOME", "LANG", "TZ"]

  enum Start {
    case running(CommandRun)
    case failed(SendFailure)
  }

  static func start(
    _ call: CommandCall, ticket: Int64, timeoutMilliseconds: Int, now: Int64
  ) -> Start {
    var input: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard CommandRun.pair(&input) else { return .failed(failure("cannot be given input", errno)) }
    guard CommandRun.pair(&errors) else {
      for end in input { close(end) }
      return .failed(failure("cannot be listened to", errno))
    }
    var child: pid_t = 0
    let status = spawn(call.arguments, input: input[1], errors: errors[1], &child)
    close(input[1])
    close(errors[1])
    guard status == 0 else {
      close(input[0])
      close(errors[0])
      return .failed(failure("cannot be started", status))
    }
    let sent = call.input.withUnsafeBytes { send(input[0], $0.baseAddress, $0.count, noSignal) }
    close(input[0])
    let run = CommandRun(
      ticket: ticket, child: child, complaints: errors[0],
      deadlineNanoseconds: now + Int64(timeoutMilliseconds) * 1_000_000)
    // A program that does not read what it is for may be content all the same: its exit status decides.
    return sent == call.input.count || errno == EPIPE
      ? .running(run) : .failed(failure("cannot be given its input", errno))
  }

  private init(ticket: Int64, child: pid_t, complaints: Int32, deadlineNanoseconds: Int64) {
    self.ticket = ticket
    self.child = child
    self.complaints = complaints
    self.deadlineNanoseconds = deadlineNanoseconds
  }

  deinit {
    close(complaints)
    guard child != 0 else { return }
    end()
  }

  /// Nil while it runs.
  func outcome(now: Int64) -> SendOutcome? {
    var status: Int32 = 0
    let ended = waitpid(child, &status, WNOHANG)
    if ended == child {
      child = 0
      return CommandRun.outcome(status, complaint: complaint())
    }
    guard now >= deadlineNanoseconds else { return nil }
    end()
    return .failed(SendFailure(words: "the program took longer than it may and was ended"))
  }

  private static func outcome(_ status: Int32, complaint: String) -> SendOutcome {
    let signal = status & 0x7F, code = status >> 8 & 0xFF
    if signal == 0, code == 0 { return .delivered }
    let words = signal == 0 ? "the program ended with status \(code)" : "the program died of signal \(signal)"
    return .failed(SendFailure(words: words + (complaint.isEmpty ? "" : ": \(complaint)")))
  }

  /// The program is a group of its own: what it has started ends with it.
  private func end() {
    kill(-child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    child = 0
  }

  private func complaint() -> String {
    var bytes = [UInt8](repeating: 0, count: 4 * CommandRun.shownUnits)
    let count = recv(complaints, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).printable.cut(to: CommandRun.shownUnits)
  }

  private static func failure(_ action: String, _ code: Int32) -> SendFailure {
    SendFailure(words: "the program \(action): \(String(cString: strerror(code)))", speaksOfOutage: false)
  }

  #if canImport(Glibc)
    private static let noSignal = Int32(MSG_NOSIGNAL)
  #else
    private static let noSignal: Int32 = 0
  #endif

  private static func pair(_ ends: inout [Int32]) -> Bool {
    #if canImport(Glibc)
      return socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    #else
      guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { return false }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return true
    #endif
  }

  private static func spawn(_ arguments: [String], input: Int32, errors: Int32, _ child: inout pid_t) -> Int32 {
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
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // The server ignores it; programs expect to end by it.
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let variables = passedOn.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for text in words + environment { free(text) } }
    return posix_spawnp(&child, arguments.first ?? "", &actions, &attributes, words, environment)
  }
}
