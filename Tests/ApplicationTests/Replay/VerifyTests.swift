import FlowEngine
import Foundation
import JSONText
import MarketModel
import Testing

@testable import Application
@testable import Storage

/// What is stored, held against the journal.
@Suite(.serialized) struct VerifyTests {
  private let live: LiveSession
  init() throws { live = try LiveSession() }

  private func verdict(_ date: MarketDate = LiveSession.second) throws -> DayVerdict {
    try Verification(live.directory).verify(date) { _, _ in }
  }

  private func change(_ sql: String) throws {
    let store = try Store(StoreOptions(path: live.directory.database))
    #expect(try store.database.connect().execute(sql) > 0, "\(sql)")
  }

  /// Ids of the second day lie behind those of the first.
  private let lastPrint = "(SELECT max(print_id) FROM base.trades_labeled)"

  @Test func whatWasStoredFollowsFromTheJournal() throws {
    for date in [LiveSession.first, LiveSession.second] {
      let verdict = try verdict(date)
      #expect(verdict.isGood, "\(verdict.text)")
      // Digests of each 500 batches and of the end, and the sums.
      #expect(verdict.checks.count { $0.what.hasPrefix("digest") } > 2)
      guard case .played(_, _, let digest) = verdict.record else { preconditionFailure("a day that was not played") }
      #expect(digest == live.last[date]?.digest)
    }
    let outcome = try ProcessProgram.run("verify", "--data-dir", live.directory.path, "--json", in: live.folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let json = try #require(try outcome.json() as? [String: Any])
    #expect(json["ok"] as? Bool == true)
    #expect((json["days"] as? [Any])?.count == 2)
  }

  @Test func aDeletedRowIsFound() throws {
    try change("DELETE FROM base.trades_labeled WHERE print_id = \(lastPrint)")
    let differences = try verdict().differences
    #expect(differences.contains { $0.what.hasSuffix("prints") && $0.difference == "-1" })
    #expect(try verdict(LiveSession.first).isGood)
    let outcome = try ProcessProgram.run("verify", "2025-12-17", "--data-dir", live.directory.path, in: live.folder)
    #expect(outcome.code == 5)
    #expect(outcome.output.contains("DIFFERS") && outcome.output.contains("(-1)"))
  }

  @Test func aMissingDetectionIsFound() throws {
    let counts = try live.replay(LiveSession.first).sums.detections.byKind
    let found = try #require(counts.max { $0.value < $1.value })
    #expect(try verdict(LiveSession.first).checks.contains { $0.what == "store: \(found.key.name) detections" })
    try change(
      """
      DELETE FROM base.detections WHERE detection_id = (SELECT min(detection_id) FROM base.detections \
      WHERE kind = '\(found.key.name)')
      """)
    let differences = try verdict(LiveSession.first).differences
    #expect(differences.map(\.difference) == ["-1"])
    #expect(differences.first?.found == "\(found.value - 1)")
  }

  @Test func aChangedRowIsFound() throws {
    try change("UPDATE base.trades_labeled SET size = size + 3 WHERE print_id = \(lastPrint)")
    let differences = try verdict().differences
    #expect(differences.map(\.difference) == ["+3"])
    #expect(differences.first?.what.hasSuffix("size") == true)
  }

  @Test func aChangedSideIsFound() throws {
    try change(
      """
      UPDATE base.trades_labeled SET side = CASE side WHEN 'buy' THEN 'sell' ELSE 'buy' END::aggressor_side \
      WHERE print_id = \(lastPrint)
      """)
    #expect(try verdict().differences.count == 6)
  }

  @Test func aWrongDigestIsFound() throws {
    try change(
      """
      UPDATE main.state_digests SET digest = '0123456789abcdef' WHERE session = DATE '2025-12-17' \
      AND events = (SELECT max(events) FROM main.state_digests WHERE session = DATE '2025-12-17')
      """)
    let differences = try verdict().differences
    #expect(differences.map(\.found) == ["0123456789abcdef"])
    #expect(differences.first?.wanted == DigestText.text(try #require(live.last[LiveSession.second]).digest))
  }

  /// As the lake writes it.
  private func writeLake(where condition: String = "true") throws {
    let connection = try Store(StoreOptions(path: live.directory.database)).database.connect()
    for (day, session) in [("16", "2025-12-16"), ("17", "2025-12-17")] {
      let folder = "\(live.directory.lake)/year=2025/month=12/day=\(day)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try connection.execute(
        """
        COPY (SELECT ts AS timestamp, size::BIGINT AS size, side::VARCHAR AS aggressor_side, premium::DOUBLE AS premium, \
        print_id FROM trades_labeled WHERE ts >= TIMESTAMP '\(session) 09:00:00' \
        AND ts < TIMESTAMP '\(session) 09:00:00' + INTERVAL 1 DAY AND \(condition)) \
        TO '\(folder)/flow_part_001.parquet' (FORMAT parquet)
        """)
    }
  }

  @Test func theLakeIsHeldAgainstTheStore() throws {
    try writeLake()
    let verdict = try verdict()
    #expect(verdict.isGood, "\(verdict.text)")
    #expect(verdict.checks.count { $0.what.hasPrefix("lake") } == 12)
    #expect(verdict.notes == [])
  }

  @Test func aRowThatTheLakeHasNotIsFoundAndOneThatItWaitsForIsNoFault() throws {
    try writeLake(where: "print_id <> (SELECT min(print_id) + 3 FROM base.trades_labeled)")
    let differences = try verdict(LiveSession.first).differences
    #expect(differences.contains { $0.what.hasPrefix("lake") && $0.difference == "-1" })
    #expect(try verdict().isGood)
    try writeLake(where: "print_id < (SELECT max(print_id) - 9 FROM base.trades_labeled)")
    let behind = try verdict()
    #expect(behind.isGood, "\(behind.text)")
    #expect(behind.notes.contains { $0.hasPrefix("10 prints are not in the lake yet") })
  }

  @Test func aStoreInUseIsSaidInWords() throws {
    let store = try Store(StoreOptions(path: live.directory.database))
    let outcome = try ProcessProgram.run("verify", "--data-dir", live.directory.path, in: live.folder)
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("is in use by another process"), "\(outcome.errors)")
    #expect(store.options.path == live.directory.database)
  }

  @Test func withoutAStoreTheJournalIsPlayedAllTheSame() throws {
    try FileManager.default.removeItem(atPath: live.directory.database)
    let verdict = try verdict()
    #expect(verdict.isGood && verdict.checks.isEmpty)
    #expect(verdict.notes.contains { $0.contains("no store") })
  }

  // MARK: What a store has beside prints

  @Test func minutesOpenInterestAndIncidentsAreHeldAgainstTheJournal() throws {
    let (before, after) = (try verdict(LiveSession.first), try verdict())
    for what in ["minutes", "volume of the minutes", "open interest, reports", "incidents"] {
      let checks = (before.checks + after.checks).filter { $0.what == "store: \(what)" }
      #expect(checks.count == 2 && checks.contains { $0.wanted != "0" }, "\(what)")
    }
    let minute = "(SELECT max(minute) FROM base.rollups_min WHERE minute < TIMESTAMP '2025-12-17 09:00:00')"
    try change(
      "UPDATE base.rollups_min SET volume = volume + 5 WHERE minute = \(minute) AND instrument = (SELECT min(instrument) FROM base.rollups_min WHERE minute = \(minute))"
    )
    #expect(try verdict(LiveSession.first).differences.map(\.difference) == ["+5"])
    try change("DELETE FROM base.rollups_min WHERE minute = \(minute)")
    #expect(try verdict(LiveSession.first).differences.map(\.what).contains("store: minutes"))
    #expect(try verdict().isGood)
  }

  @Test func changedOpenInterestIsFound() throws {
    try change(
      "UPDATE base.open_interest_eod SET open_interest = open_interest + 1 WHERE reported_on = DATE '2025-12-17'")
    let differences = try verdict().differences
    #expect(differences.map(\.what) == ["store: open interest, contracts"])
    try change("DELETE FROM base.open_interest_eod WHERE reported_on = DATE '2025-12-17'")
    #expect(try verdict().differences.count == 2)
  }

  @Test func aMissingIncidentIsFound() throws {
    try change("DELETE FROM base.feed_incidents WHERE session IS NULL")
    let differences = try [LiveSession.first, LiveSession.second].flatMap { try verdict($0).differences }
    #expect(!differences.isEmpty && differences.allSatisfy { $0.what == "store: incidents" })
  }

  // MARK: Days that are not whole

  @Test(arguments: [true, false]) func aStoreThatWasKilledIsHeldAgainstAsMuchAsItHas(closed: Bool) throws {
    let killed = try LiveSession(stored: 200, finished: closed)
    func verdict(_ date: MarketDate) throws -> DayVerdict {
      try Verification(killed.directory).verify(date) { _, _ in }
    }
    #expect(try verdict(LiveSession.first).isGood)
    let second = try verdict(LiveSession.second)
    #expect(second.isGood && second.checks.count > 12, "\(second.text)")
    let stored = try Store(StoreOptions(path: killed.directory.database)).database.connect().integer(
      "SELECT count(*) FROM base.trades_labeled WHERE ts > TIMESTAMP '2025-12-17 09:00:00'")
    let note = "store holds the first \(try #require(stored)) prints, "
    #expect(second.notes.contains { $0.hasPrefix(note) }, "\(second.text)")
    // What it holds is compared all the same.
    let store = try Store(StoreOptions(path: killed.directory.database))
    #expect(try store.database.connect().execute("DELETE FROM base.trades_labeled WHERE print_id = \(lastPrint)") == 1)
    _ = consume store
    #expect(try !verdict(LiveSession.second).isGood)
  }

  @Test func aDayThatTheStoreHasNotBegunIsNoFault() throws {
    let killed = try LiveSession(stored: 0, finished: false)
    let verdict = try Verification(killed.directory).verify(LiveSession.second) { _, _ in }
    #expect(verdict.isGood, "\(verdict.text)")
    #expect(verdict.notes.contains { $0.hasPrefix("store holds nothing of the day yet") })
  }

  @Test func aDayThatTheJournalKeepsNoLongerIsSaid() throws {
    try FileManager.default.moveItem(
      atPath: "\(live.directory.journal)/2025-12-16", toPath: live.folder.path("elsewhere"))
    let all = try ProcessProgram.run("verify", "--data-dir", live.directory.path, in: live.folder)
    #expect(all.code == 0, "\(all.output)\(all.errors)")
    #expect(all.output.contains("2025-12-16: recorded in the store, no journal to play"))
    #expect(all.output.contains("2025-12-17: ok"))
    let one = try ProcessProgram.run(
      "verify", "2025-12-16", "--data-dir", live.directory.path, "--json", in: live.folder)
    let days = try #require((try one.json() as? [String: Any])?["days"] as? [[String: Any]])
    #expect(one.code == 0 && days.count == 1 && days[0]["record"] as? String == "missing")
    #expect(
      try ProcessProgram.run("verify", "2025-12-18", "--data-dir", live.directory.path, in: live.folder).code == 1)
  }

  @Test func aDamagedDayDoesNotHideTheOthers() throws {
    try live.damage(LiveSession.first)
    let outcome = try ProcessProgram.run("verify", "--data-dir", live.directory.path, in: live.folder)
    #expect(outcome.code == 5)
    #expect(outcome.output.contains("2025-12-16: DAMAGED") && outcome.output.contains("is damaged at byte"))
    #expect(outcome.output.contains("2025-12-17: ok"))
  }
}
