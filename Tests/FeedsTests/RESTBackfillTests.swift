import Foundation
import MarketModel
import Testing

@testable import Feeds

/// A gap of ten seconds and what the vendor has of it.
@Suite struct RESTBackfillTests {
  private static let from = Timestamp(nanoseconds: TestClock.wallStart)
  private static let to = from.adding(nanoseconds: 10_000_000_000)
  private static let held = "O:SPY251216C00572000"
  private static let traded = "O:SPY251216C00575000"
  private static let quiet = "O:SPY251216C00580000"
  private static let unsaid = "O:SPY251216P00560000"
  private static let never = "O:SPY251216P00500000"

  private func time(_ seconds: Double) -> Int64 { Self.from.nanoseconds + Int64(seconds * 1e9) }

  private func trade(_ seconds: Double, _ sequence: Int, _ more: [String: Any] = [:]) -> [String: Any] {
    let row: [String: Any] = [
      "sip_timestamp": time(seconds), "sequence_number": sequence, "price": 1.25, "size": sequence, "exchange": 312,
      "conditions": [227],
    ]
    return row.merging(more) { $1 }
  }

  private func quote(_ seconds: Double, _ sequence: Int) -> [String: Any] {
    [
      "sip_timestamp": time(seconds), "sequence_number": sequence, "bid_price": 1.2, "ask_price": 1.3, "bid_size": 5,
      "ask_size": 6, "bid_exchange": 302, "ask_exchange": 303,
    ]
  }

  private func contract(_ ticker: String, _ more: [String: Any] = [:]) -> [String: Any] {
    ["details": ["ticker": ticker, "expiration_date": "2025-12-16", "strike_price": 500]].merging(more) { $1 }
  }

  private func scripted() async throws -> RESTVendorPeer {
    let peer = try RESTVendorPeer()
    try await peer.control([
      "history_page": 2,
      "largest_page": 2,
      "chains": [
        "SPY": [
          contract(Self.never), contract(Self.unsaid, ["day": ["volume": 5]]),
          contract(Self.held, ["last_trade": ["sip_timestamp": time(9)]]),
          contract(Self.traded, ["last_trade": ["sip_timestamp": time(60)]]),
          contract(Self.quiet, ["last_trade": ["sip_timestamp": time(-60)], "day": ["volume": 900]]),
        ]
      ],
      "trades": [
        Self.held: [trade(-30, 1), trade(1, 11), trade(2, 13), trade(9, 20), trade(30, 40)],
        Self.traded: [trade(11.5, 7), trade(12.5, 8)],
        Self.unsaid: [trade(3, 3, ["correction": 1]), trade(4, 4, ["price": -1]), trade(5, 5)],
        Self.quiet: [trade(-60, 1)],
        "SPY": [trade(1, 6, ["conditions": [37], "exchange": 4, "trf_id": 202]), trade(2, 7, ["correction": 1])],
      ],
      "quotes": [
        Self.held: [quote(-90, 1), quote(-60, 2), quote(0, 10), quote(1.5, 12), quote(2, 14), quote(300, 99)],
        Self.traded: [quote(11, 6)],
      ],
    ])
    return peer
  }

  private func gap(_ number: UInt32 = 1, scope: FeedIncident.Scope = .options, from: Double = 0, to: Double = 10)
    -> BackfillGap
  {
    BackfillGap(
      number: number, scope: scope, from: Timestamp(nanoseconds: time(from)), to: Timestamp(nanoseconds: time(to)),
      underlyings: ["SPY"], quotedContracts: [Self.held])
  }

  /// Fills the gaps; everything offered up to the last gap's closing incident.
  private func fill(
    _ gaps: [BackfillGap], from client: PolygonREST, settings: BackfillSettings = BackfillSettings()
  ) async -> ([LiveItem], GapBackfill) {
    let collected = Collected<LiveItem>()
    let backfill = GapBackfill(rest: client, settings: settings, leavesGapsOpen: false) { collected.add($0) }
    for gap in gaps { backfill.add(gap) }
    let running = Task { await backfill.run() }
    var open = Set(gaps.map(\.number))
    _ = await collected.first { item in
      if case .incident(let incident) = item { open.remove(incident.gap) }
      return open.isEmpty
    }
    running.cancel()
    await running.value
    return (collected.all, backfill)
  }

  /// Rows by symbol, as `T1000/11`: kind, milliseconds from the gap's beginning, sequence.
  private func rows(_ items: [LiveItem]) -> [String: [String]] {
    var found: [String: [String]] = [:]
    for case .recovered(let part) in items {
      found[part.symbol.description, default: []] += part.rows.map { row in
        switch row {
        case .trade(let trade): "T\((trade.time - Self.from) / 1_000_000)/\(trade.sequence)"
        case .quote(let quote): "Q\((quote.time - Self.from) / 1_000_000)/\(quote.sequence)"
        }
      }
    }
    return found
  }

  private func incidents(_ items: [LiveItem]) -> [FeedIncident] {
    items.compactMap { if case .incident(let incident) = $0 { incident } else { nil } }
  }

  private static let expected = [
    held: ["Q-60000/2", "Q0/10", "T1000/11", "Q1500/12", "T2000/13", "Q2000/14", "T9000/20"],
    traded: ["T11500/7"],
    unsaid: ["T5000/5"],
  ]

  @Test func everythingTheVendorHasComesInOrderAndClosesTheGap() async throws {
    let peer = try await scripted()
    let (items, backfill) = await fill([gap()], from: peer.client())
    #expect(rows(items) == Self.expected)
    #expect(
      incidents(items) == [FeedIncident(kind: .gapFilled, time: Self.to, scope: .options, gap: 1, from: Self.from)])
    guard case .incident = items.last else { return #expect(Bool(false), "the incident is not the last") }
    for case .recovered(let part) in items {
      #expect(part.gap == 1)
      for case .trade(let trade) in part.rows { #expect(trade.flags == .backfilled) }
    }
    let report = backfill.report
    #expect(report.trades == 5)
    #expect(report.quotes == 4)
    #expect(report.corrected == 1)
    #expect(report.refused == 1)
    #expect(report.gapsFilled == 1)
    #expect(report.running.isEmpty && report.waiting.isEmpty)
    // Contracts that cannot have traded in the gap cost no request.
    let asked = try await peer.log().map(\.path)
    #expect(!asked.contains { $0.contains(Self.quiet) || $0.contains(Self.never) })
    #expect(asked.contains { $0.contains("timestamp.gte=\(time(-2))&timestamp.lte=\(time(12))&order=asc") })
    #expect(asked.contains { $0.contains("/v3/snapshot/options/SPY?expiration_date.gte=2025-12-16&order") })
  }

  @Test func partsAreBounded() async throws {
    let peer = try await scripted()
    let (items, _) = await fill([gap()], from: peer.client(), settings: BackfillSettings(partRows: 3))
    #expect(rows(items) == Self.expected)
    for case .recovered(let part) in items { #expect(part.rows.count <= 3) }
  }

  @Test(arguments: [0, 1, 3, 5, 8])
  func anOutageInTheMiddleHeals(_ after: Int) async throws {
    let peer = try await scripted()
    try await peer.control(["faults": [["after": after, "count": 9, "status": 503, "body": "down"]]])
    let client = peer.client()
    let (items, backfill) = await fill([gap()], from: client)
    #expect(rows(items) == Self.expected)
    #expect(incidents(items).map(\.kind) == [.gapFilled])
    #expect(client.counters.breakerOpenings > 0)
    #expect(backfill.report.lastComplaint == nil)
  }

  @Test func anOutageBeyondPatienceLeavesTheGapUnfilled() async throws {
    let peer = try await scripted()
    try await peer.control(["faults": [["after": 3, "count": 1_000_000, "status": 503, "body": "down"]]])
    let clock = TestClock()
    let (items, backfill) = await fill([gap()], from: peer.client(clock: clock))
    #expect(incidents(items).map(\.kind) == [.gapUnfilled])
    #expect(clock.elapsed >= 500_000_000_000)
    let complaint = try #require(backfill.report.lastComplaint)
    #expect(complaint.contains("nothing came for 600 s"))
    #expect(complaint.contains("down"))
    #expect(!complaint.contains(RESTVendorPeer.key))
    #expect(backfill.report.gapsUnfilled == 1)
  }

  @Test func theNextGapIsFilledAfterOneThatWasGivenUp() async throws {
    let peer = try await scripted()
    try await peer.control(["faults": [["count": 40, "status": 503]]])
    let far = gap(2, from: 100, to: 200)
    let settings = BackfillSettings(patienceNanoseconds: 60_000_000_000)
    let (items, _) = await fill([gap(), far], from: peer.client(), settings: settings)
    #expect(incidents(items).first?.kind == .gapUnfilled)
    #expect(Set(incidents(items).map(\.gap)) == [1, 2])
  }

  @Test func overlappingGapsOfOneScopeAreReadOnce() async throws {
    let peer = try await scripted()
    let (items, _) = await fill([gap(1, from: 0, to: 4), gap(2, from: 3, to: 10)], from: peer.client())
    #expect(rows(items) == Self.expected)
    let closed = incidents(items)
    #expect(closed.map(\.gap) == [1, 2])
    #expect(closed.map(\.from) == [Self.from, Timestamp(nanoseconds: time(3))])
    #expect(closed.map(\.kind) == [.gapFilled, .gapFilled])
  }

  /// Gaps close together are asked for as one; prints between them are none of theirs and came long ago.
  @Test func whatLiesBetweenGapsReadTogetherIsLeftOut() async throws {
    let peer = try await scripted()
    let (items, backfill) = await fill([gap(1, from: 0, to: 1), gap(2, from: 9, to: 10)], from: peer.client())
    let prints = rows(items).mapValues { $0.filter { $0.hasPrefix("T") } }.filter { !$0.value.isEmpty }
    #expect(prints == [Self.held: ["T1000/11", "T2000/13", "T9000/20"], Self.traded: ["T11500/7"]])
    #expect(incidents(items).map(\.kind) == [.gapFilled, .gapFilled])
    #expect(backfill.report.trades == 4)
  }

  @Test func printsComeWithoutQuotesWhenThePlanHasNone() async throws {
    let peer = try await scripted()
    let refusal: [Any] = [403, ["status": "NOT_AUTHORIZED", "message": "not entitled"]]
    try await peer.control(["fixed": ["/v3/quotes/\(Self.held)": refusal]])
    let (items, backfill) = await fill([gap()], from: peer.client())
    #expect(rows(items)[Self.held] == ["T1000/11", "T2000/13", "T9000/20"])
    #expect(rows(items)[Self.traded] == Self.expected[Self.traded])
    #expect(incidents(items).map(\.kind) == [.gapUnfilled])
    #expect(backfill.report.lastComplaint?.contains("not entitled") == true)
  }

  @Test func aRefusedKeyEndsAtOnce() async throws {
    let peer = try await scripted()
    let (items, _) = await fill([gap()], from: peer.client(key: "wrong"))
    #expect(rows(items).isEmpty)
    #expect(incidents(items).map(\.kind) == [.gapUnfilled])
    // Each of the tasks at work may have asked once.
    #expect(try await peer.log().count <= 4)
  }

  @Test func stocksAreAskedForThemselves() async throws {
    let peer = try await scripted()
    var gap = gap(scope: .equities)
    gap.underlyings = ["SPY", "I:SPX"]
    let (items, _) = await fill([gap], from: peer.client())
    #expect(rows(items) == ["SPY": ["T1000/6", "T2000/7"]])
    #expect(incidents(items).map(\.kind) == [.gapFilled])
    for case .recovered(let part) in items {
      guard case .trade(let trade)? = part.rows.first else { continue }
      #expect(trade.venue == .finra)
      #expect(trade.reportingFacility == 202)
      #expect(trade.conditions.equityIDs == [37])
    }
    #expect(try await peer.log().allSatisfy { $0.path.hasPrefix("/v3/trades/SPY?") })
  }
}

@Suite struct RESTBackfillPlanTests {
  private func gap(
    _ number: UInt32, _ from: Int64, _ to: Int64, scope: FeedIncident.Scope = .options,
    underlyings: [String] = ["SPY"], quoted: [String] = []
  ) -> BackfillGap {
    BackfillGap(
      number: number, scope: scope, from: Timestamp(seconds: 2_000_000_000 + from),
      to: Timestamp(seconds: 2_000_000_000 + to), underlyings: underlyings, quotedContracts: quoted)
  }

  private func plan(_ gap: BackfillGap) -> BackfillPlan {
    BackfillPlan(
      BackfillJob(gap, notBefore: 0), marginNanoseconds: 2_000_000_000, patienceNanoseconds: 600_000_000_000, now: 0)
  }

  private func error(_ kind: PolygonRESTError.Kind) -> PolygonRESTError { PolygonRESTError(kind, request: "/x") }

  @Test func gapsWaitUntilTheHistoryHasTheirEnd() {
    var queue = BackfillQueue(marginNanoseconds: 2_000_000_000)
    queue.add(gap(1, 0, 10), notBefore: 100)
    queue.add(gap(2, 50, 60), notBefore: 50)
    #expect(queue.nextNanoseconds == 50)
    #expect(queue.take(at: 49) == nil)
    #expect(queue.take(at: 60)?.gaps.map(\.number) == [2])
    #expect(queue.take(at: 100)?.gaps.map(\.number) == [1])
    #expect(queue.nextNanoseconds == nil)
  }

  @Test func gapsThatOverlapAreMergedOthersAreNot() {
    var queue = BackfillQueue(marginNanoseconds: 2_000_000_000)
    queue.add(gap(1, 0, 10, quoted: ["O:A"]), notBefore: 0)
    queue.add(gap(2, 13, 20, underlyings: ["SPY", "QQQ"], quoted: ["O:B", "O:A"]), notBefore: 7)
    queue.add(gap(3, 5, 8, scope: .equities), notBefore: 0)
    queue.add(gap(4, 25, 30), notBefore: 0)
    #expect(queue.jobs.map { $0.gaps.map(\.number) } == [[1, 2], [3], [4]])
    let span = queue.jobs[0].span
    #expect(span.to == Timestamp(seconds: 2_000_000_020))
    #expect(span.underlyings == ["SPY", "QQQ"])
    #expect(span.quotedContracts == ["O:A", "O:B"])
    #expect(queue.jobs[0].notBeforeNanoseconds == 7)
  }

  @Test func gapsThatWaitCloseTogetherAreOneErrand() {
    var queue = BackfillQueue(marginNanoseconds: 2_000_000_000)
    queue.add(gap(1, 0, 10), notBefore: 0)
    queue.add(gap(2, 40, 50), notBefore: 0)
    queue.add(gap(3, 100, 110), notBefore: 0)
    queue.add(gap(4, 60, 70), notBefore: 9)
    queue.add(gap(5, 20, 30, scope: .equities), notBefore: 0)
    queue.add(gap(6, 400, 410), notBefore: 0)
    let job = queue.take(at: 5)
    #expect(job?.gaps.map(\.number) == [1, 2, 3])
    #expect(job?.span.from == Timestamp(seconds: 2_000_000_000) && job?.span.to == Timestamp(seconds: 2_000_000_110))
    // The fourth's end is not in the history yet, the fifth is of another stream, the sixth too far.
    #expect(queue.jobs.map { $0.gaps.map(\.number) } == [[4], [5], [6]])
  }

  @Test func whatIsHeldComesFirstAndNothingTwice() {
    var plan = plan(gap(1, 0, 10, scope: .everything, underlyings: ["SPY", "I:SPX"], quoted: ["O:A", "O:A"]))
    #expect(plan.times == Timestamp(seconds: 1_999_999_998)...Timestamp(seconds: 2_000_000_012))
    #expect(
      plan.pending == [
        .history(ticker: "O:A", hasQuotes: true), .chain(underlying: "SPY"), .chain(underlying: "I:SPX"),
        .history(ticker: "SPY", hasQuotes: false),
      ])
    _ = plan.take()
    let chain = plan.take()!
    plan.completed(chain, candidates: ["O:A", "O:B", "O:B"], at: 1)
    #expect(plan.pending.last == .history(ticker: "O:B", hasQuotes: false))
    #expect(plan.pending.count == 3)
  }

  @Test func finishedIsWhenNothingIsLeftNorRunning() {
    var plan = plan(gap(1, 0, 10))
    let chain = plan.take()!
    #expect(plan.take() == nil)
    #expect(!plan.isFinished)
    plan.completed(chain, candidates: ["O:B"], at: 1)
    #expect(!plan.isFinished)
    let history = plan.take()!
    #expect(plan.failed(history, error(.notFound), at: 2, chance: 1) == .skipped)
    #expect(plan.isFinished && plan.isFilled)
  }

  /// Thousands of contracts are not asked for one by one when the plan has none of them.
  @Test func refusalsInARowEndIt() {
    var plan = plan(gap(1, 0, 10))
    plan.completed(plan.take()!, candidates: (1...100).map { "O:\($0)" }, at: 1)
    var verdicts: [BackfillPlan.Verdict] = []
    while let step = plan.take() { verdicts.append(plan.failed(step, error(.notEntitled), at: 2, chance: 1)) }
    #expect(verdicts == [.skipped, .skipped, .skipped, .skipped, .over])
    #expect(plan.isFinished && !plan.isFilled)
    #expect(plan.complaints.count == 1)
  }

  @Test func onlyLongSilenceEndsThePatience() {
    var plan = plan(gap(1, 0, 10))
    let step = plan.take()!
    let second: Int64 = 1_000_000_000
    #expect(plan.failed(step, error(.server), at: 0, chance: 1) == .retry(atNanoseconds: second))
    #expect(plan.failed(step, error(.timedOut), at: 0, chance: 1) == .retry(atNanoseconds: 2 * second))
    let until = error(.suspended(untilNanoseconds: 599 * second))
    #expect(plan.failed(step, until, at: 0, chance: 1) == .retry(atNanoseconds: 599 * second))
    plan.progressed(at: 500 * second)
    let later = error(.suspended(untilNanoseconds: 1100 * second))
    #expect(plan.failed(step, later, at: 1099 * second, chance: 1) == .retry(atNanoseconds: 1100 * second))
    #expect(plan.failed(step, error(.server), at: 1100 * second, chance: 1) == .over)
    #expect(plan.isFinished && !plan.isFilled)
  }
}
