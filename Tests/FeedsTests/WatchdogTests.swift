import MarketModel
import Testing

@testable import Feeds

/// The market's messages, second by second: many at the open and the close, lulls, bursts; few or none outside the session.
private struct MessageProcess {
  var generator: FrameGenerator
  /// Messages a second at noon.
  let base: Double
  private var lull = 1.0

  init(seed: UInt64, base: Double) {
    generator = FrameGenerator(seed: seed)
    self.base = base
  }

  /// Messages within some seconds before a moment.
  mutating func messages(at time: Timestamp, in session: TradingSession?, seconds: Double = 1) -> Int64 {
    guard let session, time >= session.open, time < session.lateOptionsClose else {
      return generator.chance(600) ? 1 : 0
    }
    let length = Double(session.close - session.open)
    let place = min(1, Double(time - session.open) / length)
    // U-shape: four times as many at either end.
    let shape = 1 + 12 * (place - 0.5) * (place - 0.5)
    if generator.chance(120) { lull = Double.random(in: 0.4...2.5, using: &generator) }
    return poisson(base * shape * lull * seconds)
  }

  private mutating func poisson(_ mean: Double) -> Int64 {
    // Many messages never make a gap; a flat spread of the same width will do.
    if mean > 30 { return Int64(mean + mean.squareRoot() * Double.random(in: -1.7...1.7, using: &generator)) }
    var count: Int64 = 0
    var time = 0.0
    while true {
      time += exponential()
      if time > mean { return count }
      count += 1
    }
  }

  /// Von Neumann's way to an exponential draw: comparisons only.
  private mutating func exponential() -> Double {
    var whole = 0.0
    while true {
      let first = Double.random(in: 0..<1, using: &generator)
      var last = first
      var length = 1
      while true {
        let next = Double.random(in: 0..<1, using: &generator)
        if next > last { break }
        last = next
        length += 1
      }
      if length % 2 == 1 { return whole + first }
      whole += 1
    }
  }
}

/// A watchdog that can be asked inside an expectation.
private final class DrivenWatchdog {
  private var watchdog: MuteWatchdog

  init(delayNanoseconds: Int64 = 0) { watchdog = MuteWatchdog(delayNanoseconds: delayNanoseconds) }

  func connected(at monotonic: Int64) { watchdog.connected(at: monotonic) }
  func disconnected() { watchdog.disconnected() }
  func check(received: Int64, streamTime: Timestamp, wall: Timestamp, at monotonic: Int64) -> Int64? {
    watchdog.check(received: received, streamTime: streamTime, wall: wall, at: monotonic)
  }
}

@Suite struct WatchdogTests {
  private let second: Int64 = 1_000_000_000

  private func day(_ year: Int, _ month: Int, _ day: Int) -> MarketDate {
    MarketDate(year: year, month: month, day: day) ?? MarketDate(daysSinceEpoch: 0)
  }

  /// Asked every five seconds around sessions, every thirty in the dead of night; the process never stops for the year.
  @Test(arguments: [50.0, 0.3]) func aYearWithoutAFalseAlarm(base: Double) throws {
    var watchdog = MuteWatchdog()
    var process = MessageProcess(seed: 26, base: base)
    let start = Timestamp(newYork: day(2026, 1, 1), hour: 0)
    watchdog.connected(at: 0)
    var received: Int64 = 0
    var streamTime = Timestamp.none
    var alarms: [String] = []
    var sessions = 0
    var date = day(2026, 1, 1)
    while date < day(2027, 1, 1) {
      let session = TradingCalendar.session(on: date)
      if session != nil { sessions += 1 }
      let isWeekday = date.weekday != .saturday && date.weekday != .sunday
      let busy = Timestamp(newYork: date, hour: 9, minute: 20)..<Timestamp(newYork: date, hour: 16, minute: 30)
      var time = Timestamp(newYork: date, hour: 0)
      date = date.adding(days: 1)
      let end = Timestamp(newYork: date, hour: 0)
      while time < end {
        let seconds: Int64 = isWeekday && busy.contains(time) ? 5 : 30
        time = time.adding(nanoseconds: seconds * second)
        let count = process.messages(at: time, in: session, seconds: Double(seconds))
        if count > 0 {
          received += count
          streamTime = time.adding(nanoseconds: -150_000_000)
        }
        let silence = watchdog.check(received: received, streamTime: streamTime, wall: time, at: time - start)
        if let silence { alarms.append("\(NewYorkTime(time)) after \(silence)") }
      }
    }
    #expect(alarms == [])
    #expect(sessions == 251)
  }

  /// A busy feed goes silent at a random moment of the session.
  @Test(arguments: 0..<24) func muteOfABusyFeedIsFoundWithinTenSeconds(seed: UInt64) throws {
    var process = MessageProcess(seed: seed, base: 60)
    let watchdog = DrivenWatchdog()
    let half = seed % 3 == 0
    let date = half ? day(2026, 11, 27) : day(2026, 3, 10)
    let session = try #require(TradingCalendar.session(on: date))
    let length = (session.close - session.open) / second
    let mute = session.open.adding(
      nanoseconds: Int64.random(in: 90..<(length - 31), using: &process.generator) * second)
    var time = session.open.adding(nanoseconds: -300 * second)
    watchdog.connected(at: 0)
    var monotonic: Int64 = 0
    var received: Int64 = 0
    var streamTime = Timestamp.none
    var found: Timestamp?
    while time < mute.adding(nanoseconds: 30 * second), found == nil {
      time = time.adding(nanoseconds: second)
      monotonic += second
      let count = time < mute ? process.messages(at: time, in: session) : 0
      if count > 0 {
        received += count
        streamTime = time
      }
      if watchdog.check(received: received, streamTime: streamTime, wall: time, at: monotonic) != nil { found = time }
    }
    let delay = try #require(found) - mute
    #expect(delay > 0 && delay <= 10 * second)
  }

  /// A simulator plays another day, at ten times the speed, while the wall clock stands in the night.
  @Test func marketClockIsTheStreams() throws {
    let session = try #require(TradingCalendar.session(on: day(2025, 12, 16)))
    let night = Timestamp(newYork: day(2026, 11, 21), hour: 3)
    let watchdog = DrivenWatchdog()
    watchdog.connected(at: 0)
    var received: Int64 = 0
    var stream = session.open.adding(nanoseconds: 600 * second)
    for tick in 1...60 {
      received += 40
      stream = stream.adding(nanoseconds: 10 * second)
      let verdict = watchdog.check(received: received, streamTime: stream, wall: night, at: Int64(tick) * second)
      #expect(verdict == nil)
    }
    let silent = (61...70).map {
      watchdog.check(received: received, streamTime: stream, wall: night, at: Int64($0) * second)
    }
    #expect(silent.count { $0 != nil } == 1)
    #expect((4...6).contains((silent.compactMap { $0 }.first ?? 0) / second))
  }

  @Test func armsAgainAfterARedialAndHasMorePatience() throws {
    let session = try #require(TradingCalendar.session(on: day(2026, 3, 10)))
    let start = session.open.adding(nanoseconds: 3600 * second)
    let watchdog = DrivenWatchdog()
    var received: Int64 = 0
    var now: Int64 = 0
    var alarms: [Int64] = []
    watchdog.connected(at: now)
    func clock() -> Timestamp { start.adding(nanoseconds: now) }
    for _ in 0..<60 {
      now += second
      received += 100
      #expect(watchdog.check(received: received, streamTime: clock(), wall: clock(), at: now) == nil)
    }
    let last = clock()
    let silentSince = now
    for _ in 0..<100 {
      now += second
      if watchdog.check(received: received, streamTime: last, wall: clock(), at: now) != nil {
        alarms.append((now - silentSince) / second)
        watchdog.disconnected()
        watchdog.connected(at: now)
      }
    }
    // 4 s, then 8, 16, 32 more: the vendor is down, dialling fast helps nobody.
    #expect(alarms.count == 4 && alarms[0] <= 6, "\(alarms)")
    #expect(zip(alarms, alarms.dropFirst()).allSatisfy { $1 > $0 + 4 })
    received += 1
    now += second
    #expect(watchdog.check(received: received, streamTime: clock(), wall: clock(), at: now) == nil)
    watchdog.disconnected()
    for _ in 0..<100 {
      now += second
      #expect(watchdog.check(received: received, streamTime: last, wall: clock(), at: now) == nil)
    }
  }

  /// Nothing has come since the night, the session began: 60 s of grace, then 60 s of patience.
  @Test func neverASingleMessageIsMuteTwoMinutesAfterTheOpen() throws {
    let session = try #require(TradingCalendar.session(on: day(2026, 3, 10)))
    let watchdog = DrivenWatchdog()
    watchdog.connected(at: 0)
    var alarm: Int64?
    for tick in Int64(0)..<600 where alarm == nil {
      let wall = session.open.adding(nanoseconds: (tick - 120) * second)
      if watchdog.check(received: 0, streamTime: .none, wall: wall, at: tick * second) != nil { alarm = tick - 120 }
    }
    #expect((118...124).contains(alarm ?? 0), "\(alarm ?? -1)")
  }

  @Test func delayedFeedIsNotExpectedBeforeItsTime() throws {
    let session = try #require(TradingCalendar.session(on: day(2026, 3, 10)))
    let watchdog = DrivenWatchdog(delayNanoseconds: 900 * second)
    watchdog.connected(at: 0)
    for tick in Int64(0)..<1000 {
      let wall = session.open.adding(nanoseconds: tick * second)
      #expect(watchdog.check(received: 0, streamTime: .none, wall: wall, at: tick * second) == nil)
    }
  }
}
