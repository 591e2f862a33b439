import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Application

/// A day of the journal, played again by itself.
@Suite(.serialized) struct ReplayDayTests {
  private let live: LiveSession
  init() throws { live = try LiveSession() }

  @Test func eachDayComesToTheDigestOfTheLiveSessionAtAnyPace() throws {
    for date in [LiveSession.first, LiveSession.second] {
      let wanted = try #require(live.last[date])
      for speed in [nil, 1000.0] {
        let summary = try live.replay(date, speed: speed)
        #expect(summary.digest == wanted.digest, "\(date) at \(speed.map { "\($0)" } ?? "max")")
        #expect(summary.counters.events == wanted.events)
        #expect(summary.sums.prints == live.prints[date])
        #expect(summary.sums.prints > 500)
      }
    }
  }

  @Test func twoStretchesMakeTheWhole() throws {
    let whole = try live.replay(LiveSession.second)
    let cut = try #require(DayTime("09:30:07"))
    let before = try live.replay(LiveSession.second) { $0.window.to = cut }
    let after = try live.replay(LiveSession.second) { $0.window.from = cut }
    #expect(before.sums.prints > 0 && after.sums.prints > 0)
    #expect(before.sums.prints + after.sums.prints == whole.sums.prints)
    #expect(before.sums.premiumMicros + after.sums.premiumMicros == whole.sums.premiumMicros)
    #expect(before.counters.sideBuy + after.counters.sideBuy == whole.counters.sideBuy)
    #expect(before.counters.quotes + after.counters.quotes == whole.counters.quotes)
    // The stretch's state is the day's.
    #expect(after.digest == whole.digest)
    #expect(after.sums.firstTime >= Timestamp(newYork: LiveSession.second, secondOfDay: cut.secondOfDay - 2))
  }

  @Test func theUnderlyingsMakeTheWhole() throws {
    let whole = try live.replay(LiveSession.second)
    let parts = try ["SPY", "QQQ"].map { name in
      try live.replay(LiveSession.second) { $0.underlying = SymbolText(name) }
    }
    #expect(parts.allSatisfy { $0.sums.prints > 0 })
    #expect(parts.reduce(0) { $0 + $1.sums.prints } == whole.sums.prints)
    #expect(parts.reduce(0) { $0 + $1.sums.size } == whole.sums.size)
    #expect(try live.replay(LiveSession.second) { $0.underlying = SymbolText("NVDA") }.sums.prints == 0)
  }

  @Test func marketHoursLeaveOutWhatComesAfterTheClose() throws {
    let hours = try live.replay(LiveSession.first) { $0.window.isMarketHours = true }
    let upToClose = try live.replay(LiveSession.first) { $0.window.to = DayTime("16:00") }
    #expect(hours.sums.prints == upToClose.sums.prints)
  }

  @Test func aDayThatNobodyHasIsNamedWithThoseThereAre() throws {
    let other = try #require(MarketDate(year: 2025, month: 12, day: 18))
    let error = #expect(throws: ServeError.self) { try live.day(other) }
    #expect(error?.description.contains("2025-12-18") == true)
    #expect(error?.description.contains("2025-12-16, 2025-12-17") == true)
  }

  @Test func theCommandTakesADateOrAFile() throws {
    let date = LiveSession.second.description
    let outcome = try ProcessProgram.run(
      "replay", "--date", date, "--data-dir", live.directory.path, "--json", in: live.folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let digest = try #require(live.last[LiveSession.second]).digest
    #expect((try outcome.json() as? [String: Any])?["digest"] as? String == String(digest, radix: 16))
    for words in [["replay"], ["replay", "x", "--date", date], ["replay", "--date", "tomorrow"]] {
      #expect(try ProcessProgram(words, in: live.folder).outcome().code == 2)
    }
    let backwards = ["replay", "--date", date, "--from", "11:00", "--to", "09:30"]
    #expect(try ProcessProgram(backwards, in: live.folder).outcome().code == 2)
  }
}
