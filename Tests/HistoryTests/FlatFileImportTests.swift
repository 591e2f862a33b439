import Feeds
import Foundation
import MarketModel
import Testing

@testable import History

@Suite struct FlatFileImportTests {
  private let invented = InventedDay(rows: 1_500)

  private func take(
    _ folder: HistoryFolder, _ name: String, underlyings: [String] = [], date: MarketDate? = nil
  ) throws -> FlatFileSummary {
    var options = FlatFileImport.Options(path: folder.path(name))
    options.underlyings = underlyings
    options.date = date
    options.runEvents = 200
    return try FlatFileImport(cache: folder.cache, options: options).run()
  }

  private var trades: [InventedDay.Row] {
    invented.rows.filter { if case .trade = $0.event { true } else { false } }
  }

  @Test func tradesAndQuotesBecomeADay() async throws {
    let folder = try HistoryFolder()
    try gzipped(invented.flatFile(.trades)).write(to: URL(filePath: folder.path("t.csv.gz")))
    _ = try folder.write(invented.flatFile(.quotes), as: "q.csv")
    let first = try take(folder, "t.csv.gz")
    #expect(first.date == InventedDay.date && first.content == .trades && first.rows == trades.count)
    let old = try #require(try folder.cache.day(InventedDay.date))
    #expect(try old.rows() == trades)
    var open = try old.makeSource(instruments: InstrumentTable(capacity: 64))
    let second = try take(folder, "q.csv")
    // What is being played goes on; who begins anew is told.
    guard case .events(let events) = try open.next() else { return #expect(Bool(false), "nothing is played") }
    #expect(events.count == trades.count)
    #expect(await historyError { try old.rows() }?.kind == .incomplete)
    #expect(second.rows == invented.rows.count - trades.count)
    let day = try #require(try folder.cache.day(InventedDay.date))
    #expect(try day.rows() == invented.rows)
    #expect(day.isComplete)
    #expect(try folder.cache.verify(InventedDay.date).complaints == [])
    // The same file under another name.
    try FileManager.default.copyItem(atPath: folder.path("q.csv"), toPath: folder.path("r.csv"))
    let again = try take(folder, "r.csv")
    #expect(again.isKnown && again.rows == 0)
    #expect(try folder.cache.day(InventedDay.date)?.fingerprint == day.fingerprint)
  }

  @Test func nothingIsTakenTwice() throws {
    let folder = try HistoryFolder()
    _ = try folder.write(invented.flatFile(.trades), as: "t.csv")
    let spy = trades.filter { !$0.symbol.hasPrefix("O:QQQ") }
    #expect(try take(folder, "t.csv", underlyings: ["SPY"]).rows == spy.count)
    #expect(try folder.cache.day(InventedDay.date)?.rows() == spy)
    let rest = try take(folder, "t.csv")
    #expect(rest.alreadyHere == spy.count && rest.rows == trades.count - spy.count)
    #expect(try folder.cache.day(InventedDay.date)?.rows() == trades)
  }

  /// From REST and from files, in any order: one day, the same hash.
  @Test func filesAndRESTFillEachOther() async throws {
    let vendor = try await PlayedVendor(invented)
    var options = FetchOptions(date: InventedDay.date, underlyings: ["SPY", "QQQ"])
    func fetch(_ folder: HistoryFolder) async throws -> FetchSummary {
      try await HistoryFetch(
        cache: folder.cache, rest: vendor.rest(), options: options, clock: HistoryClock().clock
      ).run()
    }
    let one = try HistoryFolder()
    _ = try one.write(invented.flatFile(.trades), as: "t.csv")
    _ = try take(one, "t.csv")
    let summary = try await fetch(one)
    // The lists, and quotes of the five that traded.
    #expect(summary.requests == 2 + 5 && summary.rows == invented.rows.count - trades.count)
    // The silent contract, too: the file would have had its prints.
    #expect(summary.complete == 8 && summary.contracts == 8)
    #expect(try one.cache.day(InventedDay.date)?.isComplete == true)
    #expect(try one.cache.day(InventedDay.date)?.rows() == invented.rows)
    let other = try HistoryFolder()
    options.quotes = .none
    _ = try await fetch(other)
    _ = try other.write(invented.flatFile(.quotes), as: "q.csv")
    _ = try take(other, "q.csv")
    let fingerprint = try one.cache.day(InventedDay.date)?.fingerprint
    #expect(try other.cache.day(InventedDay.date)?.fingerprint == fingerprint)
  }

  /// A file replaces what came of an unfinished fetch.
  @Test func aFileCompletesAPartialContract() async throws {
    var morning = invented
    morning.rows = Array(invented.rows.prefix(300))
    let vendor = try await PlayedVendor(morning)
    let folder = try HistoryFolder()
    let clock = HistoryClock(wall: Timestamp(newYork: InventedDay.date, hour: 12))
    var options = FetchOptions(date: InventedDay.date, underlyings: ["SPY"])
    options.quotes = .none
    _ = try await HistoryFetch(
      cache: folder.cache, rest: vendor.rest(clock: clock.clock), options: options, clock: clock.clock
    ).run()
    #expect(try folder.cache.day(InventedDay.date)?.isComplete == false)
    _ = try folder.write(invented.flatFile(.trades), as: "t.csv")
    _ = try take(folder, "t.csv")
    #expect(try folder.cache.day(InventedDay.date)?.rows() == trades)
  }

  @Test func rowsOfOtherDaysAreLeftOut() throws {
    let folder = try HistoryFolder()
    let lines = invented.flatFile(.trades).split(separator: "\n")
    let night = Timestamp(newYork: InventedDay.date, hour: 3).nanoseconds
    let rows = [lines[0], "O:A251219C00100000,,0,302,1.5,\(night),1,1"] + lines.dropFirst() + ["nonsense"]
    _ = try folder.write(rows.joined(separator: "\n"), as: "t.csv")
    let summary = try take(folder, "t.csv", date: InventedDay.date)
    #expect(summary.otherDays == 1 && summary.rows == trades.count && summary.refused == 1)
    #expect(summary.firstRefusal?.contains("line \(lines.count + 2)") == true)
  }

  @Test func whatCannotBeTaken() throws {
    let folder = try HistoryFolder()
    _ = try folder.write(invented.flatFile(.trades), as: "t.csv")
    let none = #expect(throws: HistoryError.self) { try take(folder, "t.csv", underlyings: ["IWM"]) }
    #expect(none?.kind == .unusable && none?.description.contains("is of 2025-12-16 and of IWM") == true)
    let other = #expect(throws: HistoryError.self) { try take(folder, "t.csv", date: MarketDate("2025-12-15")) }
    #expect(other?.kind == .unusable)
    let holiday = #expect(throws: HistoryError.self) { try take(folder, "t.csv", date: MarketDate("2025-12-25")) }
    #expect(holiday?.description.contains("holiday") == true)
    _ = try folder.write(String(invented.flatFile(.trades).split(separator: "\n")[0]) + "\n", as: "empty.csv")
    #expect(throws: HistoryError.self) { try take(folder, "empty.csv") }
    _ = try folder.write(invented.frames(), as: "frames.ndjson")
    #expect(throws: ReplayFileError.self) { try take(folder, "frames.ndjson") }
    // Damage in the middle: nothing of it is taken.
    let good = gzipped(invented.flatFile(.trades))
    try good[..<(good.count / 2)].write(to: URL(filePath: folder.path("cut.csv.gz")))
    #expect(throws: ReplayFileError.self) { try take(folder, "cut.csv.gz") }
    #expect(try folder.cache.manifest(InventedDay.date)?.contracts.isEmpty ?? true)
  }
}
