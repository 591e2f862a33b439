import Clocks
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sends messages through any channel and says how each ended. One thread; only `wake` may be called from others.
final class Sender: @unchecked Sendable {
  private let transfers = TransferLoop()
  private var commands: [CommandRun] = []
  private var ended: [(ticket: Int64, outcome: SendOutcome)] = []
  /// By ticket, to keep secrets out of what is said.
  private var secrets: [Int64: [Secret]] = [:]
  private let console: Int32

  /// How often programs are looked after, which no socket tells about.
  private static let commandMilliseconds: Int32 = 20

  /// - Parameter console: where the lines of console channels go.
  init(console: Int32 = STDERR_FILENO) { self.console = console }

  /// Begins to send. The outcome comes from `advance`, never before.
  /// - Parameter ticket: names it there.
  func start(_ delivery: Delivery, through channel: ChannelConfiguration, ticket: Int64) {
    let now = SystemClock.wallNanoseconds
    secrets[ticket] = channel.secrets
    switch OutboundRequest(delivery, for: channel, seconds: now / 1_000_000_000) {
    case .line(let line): ended.append((ticket, write(line)))
    case .http(let post): transfers.start(post, ticket: ticket, channel: channel)
    case .mail(let mail): transfers.start(mail, ticket: ticket, channel: channel)
    case .command(let call):
      let start = CommandRun.start(
        call, ticket: ticket, timeoutMilliseconds: channel.timeoutMilliseconds, now: SystemClock.monotonicNanoseconds)
      switch start {
      case .running(let run): commands.append(run)
      case .failed(let failure): ended.append((ticket, .failed(failure)))
      }
    }
  }

  /// Waits so long at most for anything to happen, or to be woken.
  func wait(milliseconds: Int32) {
    if !ended.isEmpty { return }
    transfers.wait(milliseconds: commands.isEmpty ? milliseconds : min(milliseconds, Sender.commandMilliseconds))
  }

  /// Ends a `wait`. Any thread.
  func wake() { transfers.wake() }

  /// What has ended since the last call.
  func advance() -> [(ticket: Int64, outcome: SendOutcome)] {
    var all = ended + transfers.advance()
    ended = []
    let now = SystemClock.monotonicNanoseconds
    commands.removeAll { run in
      guard let outcome = run.outcome(now: now) else { return false }
      all.append((run.ticket, outcome))
      return true
    }
    return all.map { ticket, outcome in (ticket, masked(outcome, secrets.removeValue(forKey: ticket) ?? [])) }
  }

  private func masked(_ outcome: SendOutcome, _ secrets: [Secret]) -> SendOutcome {
    guard case .failed(var failure) = outcome else { return outcome }
    for secret in secrets where !secret.reveal().isEmpty {
      failure.words = failure.words.replacing(secret.reveal(), with: "***")
    }
    return .failed(failure)
  }

  /// A pipe that nobody reads must not stop the others.
  private func write(_ line: String) -> SendOutcome {
    var request = pollfd(fd: console, events: Int16(POLLOUT), revents: 0)
    let bytes = Array(line.utf8)
    guard poll(&request, 1, 0) == 1, request.revents & Int16(POLLOUT) != 0 else {
      return .failed(SendFailure(words: "nobody reads the console"))
    }
    #if canImport(Glibc)
      let count = Glibc.write(console, bytes, bytes.count)
    #else
      let count = Darwin.write(console, bytes, bytes.count)
    #endif
    return count == bytes.count
      ? .delivered : .failed(SendFailure(words: "the console took \(max(0, count)) of \(bytes.count) bytes"))
  }
}
