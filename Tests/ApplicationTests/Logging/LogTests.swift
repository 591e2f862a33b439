import Synchronization
import Testing

@testable import Logging

/// Collects lines, and is the clock.
private final class Recorder: Sendable {
  private let lines = Mutex<[String]>([])
  private let time = Mutex<Int64>(1_765_895_400_123_456_789)  // 2025-12-16T14:30:00.123Z

  var written: [String] { lines.withLock { $0 } }
  func advance(seconds: Int64) { time.withLock { $0 += seconds * 1_000_000_000 } }

  func log(
    _ level: LogLevel = .debug, _ format: LogFormat = .text, repeats: RepeatLimit = RepeatLimit()
  ) -> Log {
    Log(
      minimumLevel: level, format: format, sink: .function { line in self.lines.withLock { $0.append(line) } },
      repeats: repeats, now: { self.time.withLock { $0 } })
  }
}

@Suite struct LogTests {
  @Test func textLineHasTimeLevelSubjectMessageAndFields() {
    let recorder = Recorder()
    recorder.log().info("storage", "opened data/flow.duckdb", ["schema": "1", "note": "two words", "empty": ""])
    #expect(
      recorder.written == [
        #"2025-12-16T14:30:00.123Z INFO     storage   opened data/flow.duckdb  schema=1 note="two words" empty="""#
      ])
  }

  @Test func jsonLineIsOneObject() {
    let recorder = Recorder()
    let log = recorder.log(.debug, .json)
    log.error("feed", "frame \"7\" is bad", ["bytes": "12"])
    log.critical("feed", "over")
    #expect(
      recorder.written == [
        #"{"time":"2025-12-16T14:30:00.123Z","level":"error","subject":"feed","message":"frame \"7\" is bad","fields":{"bytes":"12"}}"#,
        #"{"time":"2025-12-16T14:30:00.123Z","level":"critical","subject":"feed","message":"over"}"#,
      ])
  }

  @Test(arguments: LogLevel.allCases) func linesBelowTheMinimumAreNotWritten(minimum: LogLevel) {
    let recorder = Recorder()
    let log = recorder.log(minimum)
    log.debug("a", "debug")
    log.info("a", "info")
    log.warning("a", "warning")
    log.error("a", "error")
    log.critical("a", "critical")
    #expect(recorder.written.count == LogLevel.allCases.count - minimum.rawValue)
    #expect(recorder.written.last?.hasSuffix("critical") == true)
  }

  @Test func controlCharactersCannotForgeALine() {
    let recorder = Recorder()
    recorder.log().warning("feed", "seen\n2025 INFO forged\u{1B}[2J", ["value": "a\rb"])
    #expect(recorder.written.count == 1)
    #expect(recorder.written[0].contains(#"seen\n2025 INFO forged\u{1b}[2J"#))
    #expect(recorder.written[0].contains(#"value=a\rb"#))
  }

  @Test func veryLongMessagesAreCut() {
    let recorder = Recorder()
    recorder.log().info("feed", String(repeating: "x", count: 10_000))
    #expect(recorder.written[0].utf8.count < 2_200)
    #expect(recorder.written[0].hasSuffix("… (8000 more bytes)"))
  }

  @Test func repeatsAreSuppressedAndCountedWhenTheWindowEnds() {
    let recorder = Recorder()
    let log = recorder.log(repeats: RepeatLimit(burst: 3, windowNanoseconds: 10_000_000_000))
    for number in 0..<135 { log.warning("feed", "event \(number) has no price") }
    #expect(recorder.written.count == 3)
    log.warning("feed", "another message")
    #expect(recorder.written.count == 4)
    recorder.advance(seconds: 10)
    log.info("engine", "up")
    #expect(recorder.written.count == 6)
    #expect(recorder.written[4].hasSuffix("feed      event 0 has no price … repeated 132 times"))
    #expect(recorder.written[5].hasSuffix("engine    up"))
    log.warning("feed", "event 999 has no price")
    #expect(recorder.written.last?.hasSuffix("event 999 has no price") == true)
  }

  @Test func levelAndSubjectTellMessagesApart() {
    let recorder = Recorder()
    let log = recorder.log(repeats: RepeatLimit(burst: 1))
    log.info("a", "same")
    log.info("b", "same")
    log.error("a", "same")
    log.info("a", "same")
    #expect(recorder.written.count == 3)
  }

  @Test func criticalLinesAreNeverSuppressed() {
    let recorder = Recorder()
    let log = recorder.log(repeats: RepeatLimit(burst: 1))
    for _ in 0..<4 { log.critical("storage", "disk full") }
    #expect(recorder.written.count == 4)
  }

  @Test func flushAndTheEndOfTheLogWriteTheCounts() {
    let recorder = Recorder()
    do {
      let log = recorder.log(repeats: RepeatLimit(burst: 1))
      log.info("a", "one")
      log.info("a", "one")
      log.flush()
      #expect(recorder.written.last?.hasSuffix("one … repeated 1 times") == true)
      log.info("a", "two")
      log.info("a", "two")
    }
    #expect(recorder.written.last?.hasSuffix("two … repeated 1 times") == true)
  }

  @Test func memoryOfTheLimiterIsBounded() {
    let recorder = Recorder()
    let log = recorder.log(repeats: RepeatLimit(burst: 1))
    log.info("a", "first")
    log.info("a", "first")
    for index in 0..<LogLimits.repeatedMessages { log.info("part\(index)", "message") }
    recorder.advance(seconds: 10)
    log.info("b", "later")
    #expect(recorder.written.contains { $0.hasSuffix("first … repeated 1 times") })
  }

  /// Bad data name themselves in many ways: the log stays readable all the same.
  @Test func aFloodOfDifferentMessagesIsSuppressedAndCounted() {
    let recorder = Recorder()
    let log = recorder.log()
    func word(_ number: Int) -> String { String(String(number).map { Character(UnicodeScalar($0.asciiValue! + 49)) }) }
    for number in 0..<20_000 { log.warning("feed", "symbol \(word(number)) is none") }
    #expect(recorder.written.count == LogLimits.repeatedMessages)
    recorder.advance(seconds: 10)
    log.info("engine", "up")
    #expect(recorder.written.count == LogLimits.repeatedMessages + 2)
    #expect(recorder.written[LogLimits.repeatedMessages].contains("WARNING  log       19744 lines of other messages"))
    log.warning("feed", "symbol another is none")
    #expect(recorder.written.last?.hasSuffix("symbol another is none") == true)
  }

  @Test func manyThreadsLoseNothing() async {
    let recorder = Recorder()
    let log = recorder.log(repeats: RepeatLimit(burst: 1_000_000))
    await withTaskGroup { group in
      for task in 0..<8 { group.addTask { for _ in 0..<250 { log.info("task", "line of \(task)") } } }
    }
    #expect(recorder.written.count == 2_000)
  }
}

@Suite struct SecretTests {
  @Test func everyWayOfPrintingHidesIt() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    for shown in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!shown.contains("hunter2"))
    }
    #expect(secret.reveal() == "hunter2")
  }
}

@Suite struct UTCTimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
      (1_709_251_199_999_999_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
    ] as [(Int64, String)]) func rendersWithoutALocale(nanoseconds: Int64, text: String)
  {
    #expect(UTCTime.text(nanoseconds: nanoseconds) == text)
  }
}
