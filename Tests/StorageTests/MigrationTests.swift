import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// Files of earlier versions: everything in them comes out as it was, and they take what is new.
@Suite struct MigrationTests {
  private let folder: TemporaryFolder
  private let stream: OutputStream

  init() throws {
    folder = try TemporaryFolder()
    stream = try OutputStream()
  }

  private func options(_ profile: StoreProfile) -> StoreOptions {
    var options = StoreOptions(path: folder.file)
    options.profile = profile
    return options
  }

  private func play(_ numbers: ClosedRange<Int64>, _ profile: StoreProfile) throws {
    let writer = try Store(options(profile)).makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "t", fingerprint: "\(numbers)", resumable: false))
    writer.offerAll(numbers.map { .print(variant($0, place: $0 - numbers.lowerBound + 1)) })
    // The third print of the run, and one that is not there.
    writer.offerAll(
      [3, 99].map { number in
        .cancellation(Cancellation(cancelledNumber: number, trade: variant(numbers.lowerBound + 2).trade))
      })
    writer.offerAll([.incident(FeedIncident(kind: .muted, time: OutputStream.open, scope: .options))])
    try writer.close(finished: true)
  }

  /// Prints of every kind: off exchange, by hand, without a quote, without greeks, of a stock, with volatility.
  private func variant(_ number: Int64, place: Int64? = nil) -> LabeledPrint {
    var print = stream.print(number, place: place, injected: number % 7 == 0)
    if number % 3 == 0 { print.trade.reportingFacility = UInt16(200 + number % 4) }
    if number % 4 == 1 { (print.bid, print.ask, print.quoteTime) = (.zero, .zero, .none) }
    if number % 5 == 2 { (print.deltaNanos, print.gammaNanos) = (ContractReference.unknown, ContractReference.unknown) }
    // More digits than the column has.
    if number == 58 { print.trade.size = .max }
    if number % 5 == 3 { print.deltaNanos = -700_000_001 }
    if number % 11 == 0 {
      print.trade.instrument = stream.spy
      print.premiumMicros = print.trade.price.micros * Int64(print.trade.size)
    }
    if number % 6 == 0 { (print.impliedVolatilityNanos, print.greeksSource) = (234_567_891, .ownQuote) }
    return print
  }

  private func contents(_ table: String, _ columns: String = "*") throws -> [String] {
    try OlderFiles.rows(folder.file, "SELECT \(columns) FROM \(table) ORDER BY ALL")
  }

  private func expectTablesOfNewFile(_ profile: StoreProfile) throws {
    let new = try TemporaryFolder()
    var fresh = options(profile)
    fresh.path = new.file
    let tables = """
      SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE NOT internal \
      AND database_name = current_database() ORDER BY table_name, column_index
      """
    let (ours, theirs) = (try Store(options(profile)).rows(tables), try Store(fresh).rows(tables))
    #expect(ours.filter { !$0.hasPrefix("ingest_runs") } == theirs.filter { !$0.hasPrefix("ingest_runs") })
    #expect(ours.count == theirs.count)
  }

  @Test func aFileOfVersion2LooksTheSame() throws {
    try play(1...60, .full)
    try OlderFiles.makeVersion2(folder.file, .full)
    let views = ["trades_raw", "trades_labeled", "nbbo_at_trade", "rollups_min", "feed_incidents", "instruments"]
    let before = try views.map { try contents($0) }
    #expect(before.map(\.count) == [62, 60, 60, 0, 1, 4])
    let names =
      """
      SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' \
      AND table_name NOT IN ('ingest_days', 'state_digests', 'ingest_holes', 'detections', 'detection_legs') \
      AND column_name <> 'told_prints' ORDER BY ALL
      """
    let columns = try OlderFiles.rows(folder.file, names)
    _ = try Store(options(.full))
    #expect(try OlderFiles.rows(folder.file, names) == columns)
    for (view, rows) in zip(views, before) { #expect(try contents(view) == rows, "\(view)") }
    try expectTablesOfNewFile(.full)
  }

  /// What the views compute is what the engine said.
  @Test func sumsAreTheEngines() throws {
    try play(1...60, .full)
    try OlderFiles.makeVersion2(folder.file, .full)
    let store = try Store(options(.full))
    let prints = (1...60).map { variant($0) }
    #expect(
      try store.rows("SELECT premium FROM trades_labeled ORDER BY print_id")
        == prints.map { PrintQuery.decimalText(micros: $0.premiumMicros) })
    #expect(
      try store.rows("SELECT (net_delta::DECIMAL(38,9) * 1000000000)::BIGINT FROM trades_labeled ORDER BY print_id")
        == prints.map { "\(decimal18($0.netDeltaNanos))" })
    let read = try store.makeReader().prints(limit: 100).reversed()
    #expect(read.map(\.premiumMicros) == prints.map(\.premiumMicros))
    #expect(read.map(\.netDeltaNanos) == prints.map { decimal18($0.netDeltaNanos) })
    #expect(
      try store.rows("SELECT reporting_facility FROM trades_raw WHERE message = 'print' ORDER BY print_id")
        == prints.map { "\($0.trade.reportingFacility)" })
    #expect(read.allSatisfy { $0.runID == 1 })
  }

  @Test(arguments: [StoreProfile.full, .reference]) func aFileOfVersion3TakesDaysAndDigests(
    _ profile: StoreProfile
  ) throws {
    try play(1...20, profile)
    try OlderFiles.makeVersion3(folder.file, profile)
    try expectTablesOfNewFile(profile)
    let day = marketDay(of: OutputStream.open)
    let writer = try Store(options(profile)).makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "t", fingerprint: "more", resumable: false))
    writer.offerAll([
      .sessionReset(SessionReset(session: day, time: OutputStream.open, printsBefore: 5, cancellationsBefore: 6)),
      .digest(DigestRecord(session: day, time: OutputStream.open, events: 7, prints: 8, digest: 0xAB)),
    ])
    try writer.close(finished: true)
    #expect(try contents("main.ingest_days") == ["2|2024-06-14|5|6"])
    #expect(try contents("main.state_digests") == ["2|2024-06-14|2024-06-14 13:30:00|7|8|00000000000000ab"])
    #expect(try contents("trades_labeled").count == 20)
  }

  @Test(arguments: [StoreProfile.full, .reference]) func aFileOfVersion4TakesDetections(
    _ profile: StoreProfile
  ) throws {
    try play(1...20, profile)
    try OlderFiles.makeVersion4(folder.file, profile)
    try expectTablesOfNewFile(profile)
    let day = marketDay(of: OutputStream.open)
    var found = DetectionStream(day, stream)
    let writer = try Store(options(profile)).makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "t", fingerprint: "more", resumable: false))
    writer.offerAll((1...8).flatMap { [.print(variant($0))] + found.see(variant($0), ordinal: $0) })
    try writer.close(finished: true)
    #expect(try contents("trades_labeled").count == 28)
    guard profile == .full else { return }
    #expect(try contents("detections", "id, run_id") == ["20240614-sweep-1|2", "20240614-sweep-2|2"])
    #expect(try contents("detection_legs", "id, run_id").count == 4)
  }

  @Test(arguments: [StoreProfile.full, .reference]) func aFileOfVersion5KeepsItsMinutesAndTakesMore(
    _ profile: StoreProfile
  ) throws {
    let first = try Store(options(profile)).makeWriter(instruments: stream.instruments)
    _ = try first.begin(IngestSource(source: "t", fingerprint: "first", resumable: false))
    first.offerAll([.minuteBar(stream.bar(0)), .minuteBar(stream.bar(0, contract: 1)), .minuteBar(stream.bar(1))])
    try first.close(finished: true)
    try OlderFiles.makeVersion5(folder.file, profile)
    try expectTablesOfNewFile(profile)
    let second = try Store(options(profile)).makeWriter(instruments: stream.instruments)
    _ = try second.begin(IngestSource(source: "t", fingerprint: "second", resumable: false))
    second.offerAll([.minuteBar(stream.bar(1, volume: 9))])
    try second.close(finished: true)
    #expect(try contents("rollups_min", "run_id, volume") == ["1|7", "1|7", "1|7", "2|9"])
  }

  /// What an older program stored says nothing of detections: no start begins behind them.
  @Test func aJournalOfVersion4IsPlayedFromItsDay() throws {
    let journal = try JournalStream(prints: 120)
    try journal.play(0..<journal.outputs.count, into: folder.file, finished: true)
    try OlderFiles.makeVersion4(folder.file, .full)
    let progress = try #require(try JournalStream.progress(folder.file))
    #expect(progress.toldPrints == nil && !progress.covers(IngestPosition(prints: 300, cancellations: 0)))
    #expect(progress.startDay(among: JournalStream.days)?.session == JournalStream.days[2])
  }

  @Test(arguments: [StoreProfile.full, .reference]) func aFileOfVersion1TakesMore(_ profile: StoreProfile) throws {
    try play(1...20, profile)
    try OlderFiles.makeVersion1(folder.file, profile)
    let raw = profile == .full ? try contents("trades_raw") : []
    let quotes = profile == .full ? try contents("nbbo_at_trade") : []
    if profile == .full {
      _ = try Store(options(.full))
      #expect(try contents("trades_raw") == raw)
      #expect(try contents("nbbo_at_trade") == quotes)
    }
    try play(21...50, profile)
    let store = try Store(options(profile))
    #expect(try store.rows("SELECT version FROM schema_info") == ["6"])
    #expect(try store.integer("SELECT count(*) FROM trades_labeled") == 50)
    if profile == .full {
      #expect(try store.rows("SELECT seq FROM trades_labeled WHERE cancelled ORDER BY seq") == ["30", "230"])
      #expect(try store.integer("SELECT count(*) FROM trades_raw WHERE message = 'cancel' AND print_id IS NULL") == 2)
    }
    #expect(
      try store.rows(
        "SELECT run_id, ts, kind, session, scope, gap, recovered FROM feed_incidents ORDER BY run_id, kind")
        == [
          "1|2024-06-14 13:30:00|session_start|2024-06-14|everything|0|0", "2|2024-06-14 13:30:00|muted|options|0|0",
        ])
  }

  @Test(arguments: [StoreProfile.full, .reference]) func aFileOfVersion1HasTheTablesOfANewOne(
    _ profile: StoreProfile
  ) throws {
    try play(1...20, profile)
    try OlderFiles.makeVersion1(folder.file, profile)
    try expectTablesOfNewFile(profile)
  }

  /// The run is read from the id; where that is not so, nothing is touched.
  @Test func idsOutsideTheirBlockAreRefused() throws {
    try play(1...20, .full)
    try OlderFiles.makeVersion2(folder.file, .full)
    try OlderFiles.edit(folder.file, ["UPDATE base.trades_labeled SET run_id = 2"])
    #expect(throws: StorageError.self) { try Store(options(.full)) }
    #expect(try contents("schema_info", "version") == ["2"])
    #expect(try contents("trades_raw").count == 22)
  }
}
