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
  /// A message of which some lines were suppressed in a window that is over.
  struct Summary: Equatable {
    var level: LogLevel
    var subject: String
    var message: String
    var suppressed: Int
  }

  private struct Window {
    var level: LogLevel
    var subject: String
    var message: String
    var start: Int64
    var count = 0
    var suppressed = 0

    var summary: Summary? {
      suppressed > 0 ? Summary(level: level, subject: subject, message: message, suppressed: suppressed) : nil
    }
  }

  let limit: RepeatLimit
  private var windows: [UInt64: Window] = [:]
  /// No window ends before this time, so that most calls look at one window only.
  private var nextEnd = Int64.max

  init(limit: RepeatLimit) { self.limit = limit }

  /// Whether the line may be written.
  mutating func admits(_ level: LogLevel, _ subject: String, _ message: String, at now: Int64) -> Bool {
    let key = Self.key(level, subject, message)
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
    let isFull = windows.count >= LogLimits.repeatedMessages
    guard now >= nextEnd || isFull else { return [] }
    let latestStart = isFull ? Int64.max : now - limit.windowNanoseconds
    return close { $0.start <= latestStart }
  }

  /// Closes every window.
  mutating func closeAll() -> [Summary] { close { _ in true } }

  private mutating func close(_ isOver: (Window) -> Bool) -> [Summary] {
    let over = windows.filter { isOver($0.value) }
    for key in over.keys { windows.removeValue(forKey: key) }
    nextEnd = windows.values.map { $0.start + limit.windowNanoseconds }.min() ?? .max
    return over.values.sorted { ($0.start, $0.message) < ($1.start, $1.message) }.compactMap(\.summary)
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
