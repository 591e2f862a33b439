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
  private var firstShare: Double?

  init(subject: String) { self.subject = subject }

  /// - Parameters: bytes done and bytes in total.
  mutating func show(_ done: Int, of total: Int) {
    guard total > 0 else { return }
    show(share: Double(done) / Double(total)) { seconds in "\(Int(Double(done) / max(seconds, 0.001) / 1e6)) MB/s" }
  }

  /// - Parameters:
  ///   - share: from 0 to 1.
  ///   - rate: in words, from the seconds since the beginning.
  mutating func show(share: Double, rate: (Double) -> String) {
    let now = SystemClock.monotonicNanoseconds
    guard isShown, now - lastShown > 100_000_000 else { return }
    lastShown = now
    let share = min(max(share, 0), 1)
    // What an earlier run did says nothing of the pace of this one.
    let begin = firstShare ?? share
    firstShare = begin
    let seconds = Double(now - start) / 1e9
    let filled = Int(share * 30)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    let left = share > begin ? "\(Int(seconds * (1 - share) / (share - begin))) s left" : ""
    printError("\r\(subject) \(bar) \(Int(share * 100)) %  \(rate(seconds))  \(left) \u{1B}[K", terminator: "")
  }

  func clear() {
    if isShown, lastShown > 0 { printError("\r\u{1B}[K", terminator: "") }
  }
}
