import Processes

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
    guard let input = SocketPair() else { return .failed(failure("cannot be given input", errno)) }
    guard let errors = SocketPair() else {
      let code = errno
      input.close()
      return .failed(failure("cannot be listened to", code))
    }
    var child: pid_t = 0
    // A group of its own: what it has started ends with it.
    let status = ChildProcess.start(
      call.arguments, environment: ChildProcess.variables(passedOn),
      streams: ChildProcess.Streams(input: input.theirs, errors: errors.theirs), isGroup: true, &child)
    close(input.theirs)
    close(errors.theirs)
    guard status == 0 else {
      close(input.ours)
      close(errors.ours)
      return .failed(failure("cannot be started", status))
    }
    let sent = call.input.withUnsafeBytes { send(input.ours, $0.baseAddress, $0.count, noSignal) }
    close(input.ours)
    let run = CommandRun(
      ticket: ticket, child: child, complaints: errors.ours,
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
    _ = ChildProcess.wait(child)
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
}
