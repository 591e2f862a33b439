import Feeds
import Foundation
import Logging
import MarketModel
import Simulator
import Synchronization
import Testing

@testable import History

@Suite struct FetchTests {
  private func options(_ change: (inout FetchOptions) -> Void = { _ in }) -> FetchOptions {
    var options = FetchOptions(date: InventedDay.date, underlyings: ["SPY", "QQQ"])
    options.quotes = .all
    options.pageRows = 20
    change(&options)
    return options
  }

  private func fetch(
    _ folder: HistoryFolder, _ rest: PolygonREST, clock: HistoryClock = HistoryClock(), _ options: FetchOptions,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) async throws -> FetchSummary {
    try await HistoryFetch(
      cache: folder.cache, rest: rest, options: options, clock: clock.clock, runEvents: 100
    ).run(progress: progress)
  }

  @Test func aWholeDayIsWhatWasPlayed() async throws {
    let invented = InventedDay(rows: 900)
    let vendor = try await PlayedVendor(invented)
    let folder = try HistoryFolder()
    let summary = try await fetch(folder, vendor.rest(), options())
    #expect(summary.complaints == [] && !summary.isSessionOpen)
    #expect(summary.rows == invented.rows.count)
    // The silent contract and the stock SPY; QQQ the stock never traded.
    #expect(summary.contracts == 8 && summary.complete == 8)
    let day = try #require(try folder.cache.day(InventedDay.date))
    #expect(day.isComplete)
    #expect(try day.rows() == invented.rows)
    #expect(day.trades + day.quotes == invented.rows.count)
    let verification = try folder.cache.verify(InventedDay.date)
    #expect(verification.complaints == [] && verification.events == 2 * Int64(invented.rows.count))
    #expect(try folder.cache.days() == [InventedDay.date])
    let statistics = try folder.cache.statistics(of: InventedDay.date)
    #expect(statistics.complete == 8 && statistics.partial == 0 && statistics.isReplayable)
    #expect(statistics.trades + statistics.quotes == Int64(invented.rows.count))
  }

  @Test func whatIsCompleteIsNotAskedForAgain() async throws {
    let vendor = try await PlayedVendor(InventedDay(rows: 200))
    let folder = try HistoryFolder()
    _ = try await fetch(folder, vendor.rest(), options())
    let day = try folder.cache.day(InventedDay.date)
    let again = try await fetch(folder, vendor.rest(), options())
    #expect(again.requests == 0 && again.rows == 0 && again.complete == 8)
    #expect(try folder.cache.day(InventedDay.date)?.fingerprint == day?.fingerprint)
  }

  @Test func quotesOfThoseThatTradedUnlessToldOtherwise() async throws {
    let invented = InventedDay(rows: 300)
    let vendor = try await PlayedVendor(invented)
    let folder = try HistoryFolder()
    var none = options { $0.quotes = .none }
    none.includesStocks = false
    _ = try await fetch(folder, vendor.rest(), none)
    let trades = invented.rows.filter { if case .trade = $0.event { $0.symbol != "SPY" } else { false } }
    #expect(try folder.cache.day(InventedDay.date)?.rows() == trades)
    // Their quotes later, their trades not again.
    let later = try await fetch(folder, vendor.rest(), options { $0.quotes = .ofTraded })
    #expect(later.rows == invented.rows.count - trades.count)
    #expect(try folder.cache.day(InventedDay.date)?.rows() == invented.rows)
    #expect(try folder.cache.manifest(InventedDay.date)?.contracts[InventedDay.silent]?.quotes == nil)
  }

  /// Stopped after some pages, with half a page behind what the manifest names.
  @Test func goesOnWhereItStopped() async throws {
    let invented = InventedDay(rows: 900)
    let vendor = try await PlayedVendor(invented)
    let folder = try HistoryFolder()
    let whole = try HistoryFolder()
    let wanted = try await fetch(whole, vendor.rest(), options())
    let rest = try vendor.rest()
    let stopped = Mutex<Task<Void, any Error>?>(nil)
    let options = options()
    let task = Task {
      _ = try await fetch(folder, rest, options) { progress in
        if progress.rows > 300 { stopped.withLock { $0?.cancel() } }
      }
    }
    stopped.withLock { $0 = task }
    let error = await historyError { try await task.value }
    try #require(error?.kind == .upstream)
    #expect(await historyError { try folder.cache.day(InventedDay.date) }?.kind == .incomplete)
    let manifest = try #require(try folder.cache.manifest(InventedDay.date))
    let had = manifest.storedRows
    #expect(had > 300 && had < 900)
    let day = folder.cache.folder(InventedDay.date)
    for (ticker, contract) in manifest.contracts where contract.trades.bytes > 0 {
      let file = try FileHandle(forWritingTo: URL(filePath: day.stream(ticker, .trades)))
      try file.seekToEnd()
      try file.write(contentsOf: Data("half a page".utf8))
      try file.close()
    }
    try Data("half a run".utf8).write(to: URL(filePath: day.file("run-1")))
    let summary = try await fetch(folder, vendor.rest(), options)
    #expect(summary.rows == Int64(invented.rows.count) - had)
    #expect(summary.requests < wanted.requests)
    #expect(try folder.cache.day(InventedDay.date)?.rows() == invented.rows)
    let fingerprint = try whole.cache.day(InventedDay.date)?.fingerprint
    #expect(try folder.cache.day(InventedDay.date)?.fingerprint == fingerprint)
    #expect(!FileManager.default.fileExists(atPath: day.file("run-1")))
  }

  /// Fetched at noon, and again the day after: the rest comes, nothing twice.
  @Test func aSessionUnderWayIsCompletedLater() async throws {
    let invented = InventedDay(rows: 800)
    var morning = invented
    // Cut between two rows of the same time.
    morning.rows = Array(invented.rows.prefix(398))
    let folder = try HistoryFolder()
    let early = try await PlayedVendor(morning)
    let clock = HistoryClock(wall: Timestamp(newYork: InventedDay.date, hour: 12))
    let first = try await fetch(folder, early.rest(clock: clock.clock), clock: clock, options())
    #expect(first.isSessionOpen && first.complete == 0 && first.rows == 398)
    let partial = try #require(try folder.cache.day(InventedDay.date))
    #expect(!partial.isComplete)
    #expect(try partial.rows() == morning.rows)
    let late = try await PlayedVendor(invented)
    clock.set(Timestamp(newYork: InventedDay.date, hour: 20, minute: 30))
    let second = try await fetch(folder, late.rest(clock: clock.clock), clock: clock, options { $0.pageRows = 1_000 })
    #expect(!second.isSessionOpen && second.complete == 8 && second.rows == invented.rows.count - 398)
    // Two lists, and one page of each stream.
    #expect(second.requests == 2 + 2 + 2 * 6)
    let day = try #require(try folder.cache.day(InventedDay.date))
    #expect(day.isComplete)
    #expect(try day.rows() == invented.rows)
    // The file of the morning is gone.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.cache.folder(InventedDay.date).path)
    #expect(names.count { $0.hasPrefix("day-") } == 1)
  }

  @Test func anUnsteadyVendorIsOutwaited() async throws {
    let invented = InventedDay(rows: 400)
    let vendor = try await PlayedVendor(invented) { options in
      options.faults.tooManyRequestsShare = 0.2
      options.faults.serverErrorShare = 0.2
    }
    let folder = try HistoryFolder()
    let clock = HistoryClock()
    let rest = try vendor.rest(clock: clock.clock)
    _ = try await fetch(folder, rest, clock: clock, options())
    #expect(rest.counters.retries > 0)
    #expect(try folder.cache.day(InventedDay.date)?.rows() == invented.rows)
  }

  // MARK: Refusals

  @Test func aWrongKeyIsSaid() async throws {
    let vendor = try await PlayedVendor(InventedDay(rows: 20))
    let folder = try HistoryFolder()
    let error = await historyError { try await fetch(folder, vendor.rest(key: "another-key"), options()) }
    #expect(error?.kind == .upstream)
    #expect(error?.description.contains("the key was refused") == true)
    #expect(error?.description.contains("another-key") == false)
  }

  @Test func aPlanWithoutHistoryIsSaid() async throws {
    let vendor = try await PlayedVendor(InventedDay(rows: 20)) { $0.account.plan = .none }
    let folder = try HistoryFolder()
    let error = await historyError {
      try await fetch(folder, vendor.rest(), options { $0.includesStocks = false })
    }
    #expect(error?.kind == .upstream)
    #expect(error?.description.contains("the plan of this key does not include these data") == true)
  }

  @Test func aPlanWithoutQuotesGivesThePrints() async throws {
    let invented = InventedDay(rows: 300)
    let vendor = try await PlayedVendor(invented) { $0.account.plan = .delayed }
    let folder = try HistoryFolder()
    let summary = try await fetch(folder, vendor.rest(), options())
    #expect(summary.complaints.count == 1)
    #expect(summary.complaints.first?.contains("does not include these data") == true)
    #expect(summary.complete < summary.contracts)
    let trades = invented.rows.filter { if case .trade = $0.event { true } else { false } }
    let day = try #require(try folder.cache.day(InventedDay.date))
    #expect(try day.rows() == trades && !day.isComplete)
  }

  @Test func daysThatCannotBe() async throws {
    let folder = try HistoryFolder()
    let nobody = PolygonRESTSettings(key: Secret("k"), endpoint: "http://127.0.0.1:1")
    let rest = try #require(PolygonREST(settings: nobody))
    func words(_ date: String, contracts: [String] = []) async throws -> String {
      var options = FetchOptions(date: try #require(MarketDate(date)), underlyings: ["SPY"])
      if !contracts.isEmpty { options.underlyings = [] }
      options.contracts = contracts
      let error = await historyError { try await fetch(folder, rest, options) }
      #expect(error?.kind == .unusable)
      return error?.description ?? ""
    }
    #expect(try await words("2025-12-25").contains("a holiday (Christmas Day)"))
    #expect(try await words("2025-12-20").contains("a weekend"))
    #expect(try await words("2025-12-20").contains("2025-12-19 and 2025-12-22"))
    #expect(try await words("2025-12-18").contains("has not begun"))
    #expect(try await words("2025-12-16", contracts: ["SPY"]).contains("is no option contract"))
    #expect(try await words("2025-12-16", contracts: ["O:SPY251215C00600000"]).contains("had expired"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("cache")))
  }

  @Test func anUnknownUnderlyingIsSaid() async throws {
    let vendor = try await PlayedVendor(InventedDay(rows: 20))
    let folder = try HistoryFolder()
    let error = await historyError {
      try await fetch(folder, vendor.rest(), options { $0.underlyings = ["XYZ"] })
    }
    #expect(error?.kind == .unusable && error?.description.hasPrefix("XYZ: the vendor lists no contract") == true)
  }

  @Test func twoWritersOfADayAreOneTooMany() async throws {
    let folder = try HistoryFolder()
    let held = try DayWriter(folder.cache.folder(InventedDay.date))
    let error = await historyError { try DayWriter(folder.cache.folder(InventedDay.date)) }
    #expect(error?.kind == .locked)
    #expect(held.manifest.contracts.isEmpty)
  }
}
