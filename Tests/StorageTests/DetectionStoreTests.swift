import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// What detectors found, in the file: the newest record of each, however often and from wherever it is told.
@Suite struct DetectionStoreTests {
  private let folder: TemporaryFolder
  private let stream: OutputStream
  private let day = marketDay(of: OutputStream.open)

  init() throws {
    folder = try TemporaryFolder()
    stream = try OutputStream()
  }

  private func outputs(_ range: ClosedRange<Int64>) -> [FlowOutput] {
    var found = DetectionStream(day, stream)
    return range.flatMap { number in [.print(stream.print(number))] + found.see(stream.print(number), ordinal: number) }
  }

  private func play(_ outputs: [FlowOutput], _ fingerprint: String = "a", finished: Bool = false) throws {
    let writer = try Store(StoreOptions(path: folder.file)).makeWriter(instruments: stream.instruments)
    _ = try writer.begin(IngestSource(source: "t", fingerprint: fingerprint, resumable: true))
    writer.offerAll(outputs)
    try writer.close(finished: finished)
  }

  private func rows(_ sql: String) throws -> [String] { try Store(StoreOptions(path: folder.file)).rows(sql) }

  @Test func viewsSpellOutWhatTheTablesHold() throws {
    try play(outputs(1...9), finished: true)
    #expect(
      try rows(
        """
        SELECT id, kind, state, side, effect, ticker, underlying, expiry, strike, type, contracts, confidence, prints, size, \
        premium, net_delta, underlying_price, first_print_id & 68719476735, last_print_id & 68719476735, run_id FROM detections \
        ORDER BY id
        """) == [
          "20240614-sweep-1|sweep|closed|mid|likely_opening|O:SPY240621P00500000|SPY|2024-06-21|500.000000|put|1|0.670|2|5|"
            + "615.000800|1.537037034|543.210000|1|2|1",
          "20240614-sweep-2|sweep|open|unknown|likely_opening|O:SPY240621P00500000|SPY|2024-06-21|500.000000|put|1|0.670|2|17|"
            + "2091.012800|-4.611111102|543.210000|7|8|1",
        ])
    #expect(
      try rows(
        """
        SELECT id, f.factor, f.weight, f.score, round(f.value, 3) \
        FROM (SELECT id, unnest(breakdown) AS f FROM detections WHERE id LIKE '%-1')
        """) == ["20240614-sweep-1|legs|0.60|0.900|2.0", "20240614-sweep-1|premium|0.40|0.325|615.001"])
    #expect(
      try rows("SELECT id, print_id & 68719476735, ticker, size FROM detection_legs ORDER BY print_id") == [
        "20240614-sweep-1|1|O:SPY240621P00500000|2", "20240614-sweep-1|2|O:QQQ240621C00440500|3",
        "20240614-sweep-2|7|O:SPY240621P00500000|8", "20240614-sweep-2|8|O:QQQ240621C00440500|9",
      ])
  }

  @Test func eachNameIsItsOwn() {
    #expect(Set(DetectionKind.allCases.map(\.name)).count == DetectionKind.allCases.count)
    for (position, kind) in DetectionKind.allCases.enumerated() { #expect(Int(kind.rawValue) == position) }
    for (position, state) in DetectionState.allCases.enumerated() { #expect(Int(state.rawValue) == position) }
    for (position, effect) in PositionEffect.allCases.enumerated() { #expect(Int(effect.rawValue) == position) }
    for (position, factor) in FactorKind.allCases.enumerated() { #expect(Int(factor.rawValue) == position) }
    for (position, detector) in DetectorID.allCases.enumerated() {
      #expect(Int(detector.rawValue) == position + 1)
      let id = DetectionID(session: day, detector: detector, count: .max)
      #expect(DetectionID(text: id.text) == id)
    }
    #expect(DetectionID(session: day, detector: .intermarketSweep, count: 17).text == "20240614-intermarket_sweep-17")
    for text in [
      "", "20240614-sweep", "20240614-sweep-0", "20240614-sweep-017", "20240631-sweep-1", "2024614-sweep-1",
      "20240614-swoop-1",
    ] {
      #expect(DetectionID(text: text) == nil, "\(text)")
    }
  }

  /// Under other rules other things are found: nothing of what was found before stays.
  @Test func whatIsPlayedAgainReplacesWhatWasFound() throws {
    try play(outputs(1...60))
    #expect(try rows("SELECT count(*) FROM detections") == ["10"])
    let fewer = outputs(1...60).filter { output in
      switch output {
      case .detection(let detection): detection.id.count <= 3
      case .detectionLeg(let leg): leg.detection.count <= 3
      default: true
      }
    }
    try play(fewer + outputs(61...61).prefix(1))
    #expect(try rows("SELECT count(*), max(id) FROM detections") == ["3|20240614-sweep-3"])
    #expect(try rows("SELECT count(*) FROM detection_legs") == ["6"])
  }

  @Test func aCompleteSourceKeepsWhatItHas() throws {
    try play(outputs(1...60), finished: true)
    let before = try Store(StoreOptions(path: folder.file)).foundRows()
    try play(outputs(1...30).filter { if case .print = $0 { true } else { false } }, finished: true)
    #expect(try Store(StoreOptions(path: folder.file)).foundRows() == before)
    try play(outputs(1...30), "b")
    #expect(try rows("SELECT run_id, count(*) FROM detections GROUP BY 1 ORDER BY 1") == ["1|10", "2|5"])
  }

  /// A start that was interrupted while it told again what had been stored must not let a later one begin behind that.
  @Test func aTellingThatWasInterruptedIsKnown() throws {
    let journal = try JournalStream(prints: 120, finds: true)
    let end = journal.outputs.count
    try journal.play(0..<end, into: folder.file, finished: true)
    let whole = try #require(try JournalStream.progress(folder.file))
    #expect(whole.toldPrints == 360 && whole.covers(journal.position(before: end)))
    let third = try #require(
      journal.outputs.lastIndex { if case .sessionReset = $0 { true } else { false } })
    let middle = try #require(
      journal.outputs.firstIndex { if case .print(let print) = $0 { print.number == 300 } else { false } })
    try journal.play(third..<middle, into: folder.file)
    let interrupted = try #require(try JournalStream.progress(folder.file))
    #expect(interrupted.committed == whole.committed && interrupted.toldPrints == 299)
    #expect(interrupted.startDay(among: JournalStream.days)?.session == JournalStream.days[2])
    #expect(interrupted.covers(IngestPosition(prints: 298, cancellations: 0)))
    #expect(!interrupted.covers(IngestPosition(prints: 299, cancellations: 0)))
    // From the second day on, interrupted there: the third one's detections are gone.
    let second = try #require(
      journal.outputs.firstIndex { if case .sessionReset(let reset) = $0 { reset.printsBefore == 120 } else { false } })
    try journal.play(second..<(second + 50), into: folder.file)
    let again = try #require(try JournalStream.progress(folder.file))
    #expect(again.startDay(among: JournalStream.days)?.session == JournalStream.days[1])
    try journal.play(second..<end, into: folder.file, finished: true)
    try journal.expectWhole(folder.file)
  }

  // MARK: Kills

  /// Stopped anywhere, played again from anywhere before what is stored, interrupted there, and played to the end: the tables are
  /// those of a run in one go.
  @Test(arguments: [30, 75, 231, 300, 512, 700]) func whereverItStoppedAndWhereverItGoesOn(_ stop: Int) throws {
    let journal = try JournalStream(prints: 120, finds: true)
    let end = journal.outputs.count
    for fraction in [0.0, 0.4, 1.0] {
      let folder = try TemporaryFolder()
      try journal.play(0..<stop, into: folder.file)
      let newest = try #require(journal.outputs[..<stop].lastIndex { if case .print = $0 { true } else { false } })
      let from = Int(Double(newest) * fraction)
      try journal.play(from..<((from + end) / 2), into: folder.file)
      try journal.play(from..<(from + 20), into: folder.file)
      try journal.play(from..<end, into: folder.file, finished: true)
      try journal.expectWhole(folder.file, "\(fraction)")
    }
  }

  /// A start begins where the file says it may: the day's beginning, or a snapshot that is covered.
  @Test func everyKillIsHealedFromWhereTheFileSays() throws {
    let journal = try JournalStream(prints: 120, finds: true)
    let end = journal.outputs.count
    let prints = journal.outputs.indices.filter { if case .print = journal.outputs[$0] { true } else { false } }
    var random = SeededRandom(state: 7)
    for _ in 0..<5 {
      let folder = try TemporaryFolder()
      var lives = 0
      while lives < 5 {
        lives += 1
        let progress = try JournalStream.progress(folder.file)
        // Snapshots are made right behind a print.
        let snapshot = prints[Int.random(in: 0..<prints.count, using: &random)] + 1
        var from = 0
        if let progress {
          if progress.covers(journal.position(before: snapshot)) {
            from = snapshot
          } else if let day = progress.startDay(among: JournalStream.days) {
            from = try #require(
              journal.outputs.firstIndex {
                if case .sessionReset(let reset) = $0 { reset.session == day.session } else { false }
              })
          }
        }
        let kill = Int.random(in: from..<end, using: &random)
        try journal.play(from..<end, into: folder.file, killedAt: lives == 5 ? nil : kill)
        if lives == 5 { try journal.expectWhole(folder.file) }
      }
    }
  }

  /// What is lost with a hole comes with what fills it.
  @Test func whatIsLostComesAgain() throws {
    let journal = try JournalStream(prints: 120, finds: true)
    for start in [20, 95, 333] {
      let folder = try TemporaryFolder()
      try journal.play(0..<500, into: folder.file, losing: [start..<(start + 40)])
      #expect(try JournalStream.progress(folder.file)?.holes.isEmpty == false)
      try journal.play(0..<journal.outputs.count, into: folder.file, finished: true)
      try journal.expectWhole(folder.file)
    }
  }
}
