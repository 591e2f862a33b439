import Clocks
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The process's log: one format everywhere, on standard error.
///
///     log.info("storage", "opened data/flow.duckdb", ["schema": "1", "rows": "0"])
///
/// Safe from every thread. The same message more often than the repeat limit allows is suppressed, and one line says how often it
/// was when its window is over: with the next line of any kind, or when `flush()` is called. Critical lines are never suppressed.
/// When very many different messages come at once, those that are new are suppressed, too, and counted in one line.
public final class Log: Sendable {
  public let minimumLevel: LogLevel
  public let format: LogFormat
  private let sink: LogSink
  private let now: @Sendable () -> Int64
  private let state: Mutex<State>

  private struct State {
    var limiter: RepeatLimiter
    /// Lines lost since the last one that was taken.
    var dropped = 0
  }

  /// - Parameters:
  ///   - minimumLevel: lines below it cost one comparison.
  ///   - sink: where lines go.
  ///   - repeats: how often the same message may be written.
  ///   - now: nanoseconds since 1970 UTC.
  public init(
    minimumLevel: LogLevel = .info, format: LogFormat = .text, sink: LogSink = .standardError,
    repeats: RepeatLimit = RepeatLimit(), now: @escaping @Sendable () -> Int64 = { SystemClock.wallNanoseconds }
  ) {
    self.minimumLevel = minimumLevel
    self.format = format
    self.sink = sink
    self.now = now
    state = Mutex(State(limiter: RepeatLimiter(limit: repeats)))
  }

  deinit { flush() }

  /// - Parameters:
  ///   - subject: the part of the house that speaks, one lower-case word.
  ///   - message: subject first, value seen, value wanted, what to do next.
  ///   - fields: facts for machines, in order.
  public func write(
    _ level: LogLevel, _ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]
  ) {
    guard level >= minimumLevel else { return }
    let time = now()
    state.withLock { state in
      summarize(state.limiter.closeWindows(at: time), at: time, &state)
      guard level == .critical || state.limiter.admits(level, subject, message, at: time) else { return }
      send(LogLine(nanoseconds: time, level: level, subject: subject, message: message, fields: fields), &state)
    }
  }

  /// Writes the counts of suppressed repeats now. Call it before the process ends.
  public func flush() {
    let time = now()
    state.withLock { state in summarize(state.limiter.closeAll(), at: time, &state) }
  }

  public func debug(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.debug, subject, message, fields)
  }
  public func info(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.info, subject, message, fields)
  }
  public func warning(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.warning, subject, message, fields)
  }
  public func error(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.error, subject, message, fields)
  }
  public func critical(_ subject: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
    write(.critical, subject, message, fields)
  }

  // MARK: Pieces

  private func summarize(_ summaries: [RepeatLimiter.Summary], at time: Int64, _ state: inout State) {
    for summary in summaries {
      send(LogLine(nanoseconds: time, level: summary.level, subject: summary.subject, message: summary.text), &state)
    }
  }

  private func send(_ line: LogLine, _ state: inout State) {
    if state.dropped > 0 {
      let lost = LogLine(
        nanoseconds: line.nanoseconds, level: .warning, subject: "log",
        message: "\(state.dropped) lines were dropped: nobody was reading the log")
      if sink.write(lost.rendered(as: format, colored: sink.isColored), .warning) { state.dropped = 0 }
    }
    if !sink.write(line.rendered(as: format, colored: sink.isColored), line.level) { state.dropped += 1 }
  }
}
