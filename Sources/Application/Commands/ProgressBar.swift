import Clocks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How far long work has come, with rate and time left; on standard error, on a terminal only.
struct ProgressBar {
  let subject: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = SystemClock.monotonicNanoseconds
  private var lastShown: Int64 = 0

  init(subject: String) { self.subject = subject }

  /// - Parameters: bytes done and bytes in total.
  mutating func show(_ done: Int, of total: Int) {
    let now = SystemClock.monotonicNanoseconds
    guard isShown, total > 0, now - lastShown > 100_000_000 else { return }
    lastShown = now
    let share = min(1, Double(done) / Double(total))
    let seconds = Double(now - start) / 1e9
    let filled = Int(share * 30)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    let left = share > 0 ? Int(seconds / share - seconds) : 0
    let rate = Int(Double(done) / max(seconds, 0.001) / 1e6)
    printError("\r\(subject) \(bar) \(Int(share * 100)) %  \(rate) MB/s  \(left) s left \u{1B}[K", terminator: "")
  }

  func clear() {
    if isShown, lastShown > 0 { printError("\r\u{1B}[K", terminator: "") }
  }
}
