import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Application

/// A day of the journal, played again by itself.
@Suite(.serialized) struct ReplayDayTests {
  fileprivate let live: LiveSession
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
    #expect((try outcome.json() as? [String: Any])?["digest"] as? String == DigestText.text(digest))
    for words in [["replay"], ["replay", "x", "--date", date], ["replay", "--date", "tomorrow"]] {
      #expect(try ProcessProgram(words, in: live.folder).outcome().code == 2)
    }
    let backwards = ["replay", "--date", date, "--from", "11:00", "--to", "09:30"]
    #expect(try ProcessProgram(backwards, in: live.folder).outcome().code == 2)
  }
}

extension ReplayDayTests {
  /// Both have the day: the journal goes first, and the cache can be asked for.
  @Test func aFetchedDayIsPlayedAlsoWhereTheJournalHasIt() throws {
    let path = live.folder.path("trades.csv")
    try ReplayHistoryTests.trades.write(to: URL(filePath: path))
    func run(_ words: String...) throws -> ProcessProgram.Outcome {
      try ProcessProgram(words + ["--data-dir", live.directory.path], in: live.folder).outcome()
    }
    let none = try run("replay", "--date", "2025-12-16", "--from-cache")
    #expect(none.code == 1 && none.errors.contains("2025-12-16 was not fetched"), "\(none.errors)")
    let fetched = try run("fetch", "--file", path)
    #expect(fetched.output.contains("marketflow replay --date 2025-12-16 --from-cache"), "\(fetched.output)")
    #expect(try run("replay", "--date", "2025-12-16").output.hasPrefix("journal 2025-12-16"))
    let cached = try run("replay", "--date", "2025-12-16", "--from-cache")
    #expect(cached.output.hasPrefix("cache 2025-12-16") && cached.output.contains("240 prints"), "\(cached.output)")
    let served = try ProcessProgram(
      ["serve", "--port", "0", "--replay", "2025-12-16", "--from-cache", "--data-dir", live.directory.path],
      in: live.folder)
    _ = try served.port()
    served.signal(SIGTERM)
    #expect(try served.outcome().errors.contains("streaming cache 2025-12-16"))
  }
}

/// A day of the cache: what was fetched of the vendor's history.
@Suite struct ReplayHistoryTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  /// Prints of two contracts of an underlying each, one a second from 09:30.
  static var trades: Data {
    let open = Timestamp(newYork: LiveSession.first, hour: 9, minute: 30)
    var lines = ["ticker,conditions,correction,exchange,price,sip_timestamp,size,sequence_number"]
    for ticker in ["O:QQQ251219C00620000", "O:SPY251219C00680000"] {
      for second in 0..<120 {
        let time = open.adding(nanoseconds: Int64(second) * 1_000_000_000)
        lines.append("\(ticker),209,0,302,1.25,\(time.nanoseconds),\(second + 1),\(second + 1)")
      }
    }
    return Data((lines.joined(separator: "\n") + "\n").utf8)
  }

  @Test func aFetchedDayIsPlayedWhereTheJournalHasNone() throws {
    let directory = DataDirectory(path: folder.path("data"))
    let path = folder.path("trades.csv")
    try Self.trades.write(to: URL(filePath: path))
    let fetched = try ProcessProgram.run("fetch", "--file", path, "--data-dir", directory.path, in: folder)
    #expect(fetched.code == 0, "\(fetched.errors)")
    let run = ReplayRun(source: .day(try RecordedDay(LiveSession.first, in: directory)))
    let whole = try run.play { _, _ in }
    #expect(whole.source == "cache 2025-12-16")
    #expect(whole.sums.prints == 240 && whole.sums.size == 2 * 120 * 121 / 2)
    #expect(try run.play { _, _ in }.digest == whole.digest)
    var part = run
    part.window = PlayWindow(from: DayTime("09:31"), isMarketHours: true)
    part.underlying = SymbolText("QQQ")
    let sums = try part.play { _, _ in }.sums
    #expect(sums.prints == 60 && sums.size == (61...120).reduce(0, +))
    #expect(sums.firstTime == Timestamp(newYork: LiveSession.first, hour: 9, minute: 31))
  }
}
