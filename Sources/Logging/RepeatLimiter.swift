/// How often the same message may be written.
public struct RepeatLimit: Sendable {
  /// Lines of one message let through in one window.
  public var burst: Int
  public var windowNanoseconds: Int64

  public init(burst: Int = 5, windowNanoseconds: Int64 = 10_000_000_000) {
    precondition(burst > 0 && windowNanoseconds > 0, "a repeat limit needs a burst and a window above zero")
    self.burst = burst
    self.windowNanoseconds = windowNanoseconds
  }
}

/// Counts equal messages and says which to suppress; knows no clock and writes nothing.
///
/// Two messages are the same when level, subject and text are, whatever numbers stand in the text.
struct RepeatLimiter {
  /// What was suppressed in a window that is over, as a line of its own.
  struct Summary: Equatable {
    var level: LogLevel
    var subject: String
    var text: String
  }

  private struct Window {
    var level: LogLevel
    var subject: String
    var message: String
    var start: Int64
    var count = 0
    var suppressed = 0

    var summary: Summary? {
      guard suppressed > 0 else { return nil }
      return Summary(level: level, subject: subject, text: "\(message) … repeated \(suppressed) times")
    }
  }

  /// Lines of messages that found no place, because as many different ones as there is room for came before them.
  private struct Overflow {
    var start: Int64
    var level = LogLevel.debug
    var suppressed = 0

    var summary: Summary {
      Summary(
        level: level, subject: "log",
        text:
          "\(suppressed) lines of other messages suppressed: more than \(LogLimits.repeatedMessages) different ones "
          + "at once")
    }
  }

  let limit: RepeatLimit
  private var windows: [UInt64: Window] = [:]
  private var overflow: Overflow?
  /// No window ends before this time, so that most calls look at one window only.
  private var nextEnd = Int64.max

  init(limit: RepeatLimit) { self.limit = limit }

  /// Whether the line may be written.
  mutating func admits(_ level: LogLevel, _ subject: String, _ message: String, at now: Int64) -> Bool {
    let key = Self.key(level, subject, message)
    if windows.count >= LogLimits.repeatedMessages, windows[key] == nil {
      countOverflow(level, at: now)
      return false
    }
    var window = windows[key] ?? Window(level: level, subject: subject, message: message, start: now)
    window.start = min(window.start, now)  // a clock set back must not keep the window open
    window.count += 1
    let admitted = window.count <= limit.burst
    if !admitted { window.suppressed += 1 }
    windows[key] = window
    nextEnd = min(nextEnd, window.start + limit.windowNanoseconds)
    return admitted
  }

  /// Closes the windows that are over and returns those in which lines were suppressed, oldest first.
  mutating func closeWindows(at now: Int64) -> [Summary] {
    guard now >= nextEnd else { return [] }
    return close(startedUntil: now - limit.windowNanoseconds)
  }

  /// Closes every window.
  mutating func closeAll() -> [Summary] { close(startedUntil: .max) }

  private mutating func close(startedUntil latest: Int64) -> [Summary] {
    let over = windows.filter { $0.value.start <= latest }
    for key in over.keys { windows.removeValue(forKey: key) }
    var summaries = over.values.sorted { ($0.start, $0.message) < ($1.start, $1.message) }.compactMap(\.summary)
    if let overflow, overflow.start <= latest {
      summaries.append(overflow.summary)
      self.overflow = nil
    }
    let starts = windows.values.map(\.start) + (overflow.map { [$0.start] } ?? [])
    nextEnd = starts.min().map { $0 + limit.windowNanoseconds } ?? .max
    return summaries
  }

  private mutating func countOverflow(_ level: LogLevel, at now: Int64) {
    var counted = overflow ?? Overflow(start: now)
    counted.start = min(counted.start, now)
    counted.level = max(counted.level, level)
    counted.suppressed += 1
    overflow = counted
    nextEnd = min(nextEnd, counted.start + limit.windowNanoseconds)
  }

  /// FNV-1a over level, subject and text, with every run of digits taken as one.
  private static func key(_ level: LogLevel, _ subject: String, _ message: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    mix(UInt8(level.rawValue))
    for byte in subject.utf8 { mix(byte) }
    mix(0)
    var wasDigit = false
    for byte in message.utf8 {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if !(isDigit && wasDigit) { mix(isDigit ? UInt8(ascii: "#") : byte) }
      wasDigit = isDigit
    }
    return hash
  }
}
