import Feeds
import FlowEngine
import MarketModel
import Testing

@testable import Application
@testable import Storage

/// Where a restart begins.
@Suite struct RecoveryPlanTests {
  private let days = (0..<3).map { MarketDate(daysSinceEpoch: 20_000 + Int32($0)) }

  private func position(_ prints: Int64) -> IngestPosition { IngestPosition(prints: prints, cancellations: 0) }

  private func snapshot(_ day: MarketDate, events: Int64, prints: Int64, before: Int64 = 0) -> EngineSnapshot {
    EngineSnapshot(
      day: day, events: events, before: position(before), position: position(prints), standing: LiveStanding(),
      cancellationsCounted: 0,
      state: SnapshotBytes())
  }

  private func plan(
    _ store: RecoveryPlan.StoreChoice?, _ snapshots: [EngineSnapshot] = [], days: [MarketDate]? = nil,
    isWhole: @escaping (EngineSnapshot) -> Bool = { _ in true }
  ) -> RecoveryPlan {
    RecoveryPlan(
      RecoveryPlan.Choices(
        days: days ?? self.days, store: store, snapshots: { day in snapshots.filter { $0.day == day } },
        isWhole: isWhole))
  }

  private func progress(prints: Int64, isClosed: Bool = false, _ starts: [Int64]) -> RecoveryPlan.StoreChoice {
    .progress(
      IngestProgress(
        runID: 1, committed: position(prints), isClosed: isClosed,
        days: zip(days, starts).map { IngestDay(session: $0, before: position($1)) }, toldPrints: prints))
  }

  @Test func withoutAStoreTheLastDayIsEnough() {
    let found = plan(nil, [snapshot(days[1], events: 5, prints: 3), snapshot(days[2], events: 7, prints: 4)])
    #expect(found.days == [days[2]])
    #expect(found.snapshot?.events == 7)
    #expect(plan(nil, days: []).days.isEmpty)
  }

  @Test func aStoreThatHasNothingGetsEverything() {
    let found = plan(.empty, [snapshot(days[0], events: 5, prints: 3)])
    #expect(found.days == days)
    #expect(found.start == .start && found.snapshot == nil)
  }

  @Test func itBeginsWithTheLastDayThatTheStoreKnows() {
    #expect(plan(progress(prints: 250, [0, 100, 200])).days == [days[2]])
    #expect(plan(progress(prints: 250, [0, 100, 200])).start == position(200))
    // The store is a day behind.
    #expect(plan(progress(prints: 150, [0, 100])).days == [days[1], days[2]])
    #expect(plan(progress(prints: 150, [0, 100])).start == position(100))
  }

  @Test func aSnapshotMustBeCoveredByTheStore() {
    let snapshots = [
      snapshot(days[2], events: 90, prints: 260, before: 200), snapshot(days[2], events: 70, prints: 240, before: 200),
    ]
    #expect(plan(progress(prints: 250, [0, 100, 200]), snapshots).snapshot?.events == 70)
    #expect(plan(progress(prints: 250, [0, 100, 200]), snapshots).start == position(240))
    #expect(plan(progress(prints: 261, [0, 100, 200]), snapshots).snapshot?.events == 90)
    // Incidents and minutes behind the last print may be missing, unless the store was closed in good order.
    #expect(plan(progress(prints: 260, [0, 100, 200]), snapshots).snapshot?.events == 70)
    #expect(plan(progress(prints: 260, isClosed: true, [0, 100, 200]), snapshots).snapshot?.events == 90)
    // One that cannot be read is no reason not to start.
    let whole = plan(progress(prints: 261, [0, 100, 200]), snapshots) { $0.events != 90 }
    #expect(whole.snapshot?.events == 70)
    #expect(plan(progress(prints: 261, [0, 100, 200]), snapshots, isWhole: { _ in false }).start == position(200))
  }

  /// Made by a start without a store, which counts from the day's beginning, or before the database was made anew.
  @Test func aSnapshotThatCountsFromElsewhereIsLeftAside() {
    let alien = snapshot(days[2], events: 90, prints: 60)
    #expect(plan(progress(prints: 261, [0, 100, 200]), [alien]).snapshot == nil)
    #expect(plan(progress(prints: 261, [0, 100, 200]), [alien]).start == position(200))
    #expect(plan(nil, [snapshot(days[2], events: 90, prints: 260, before: 200)]).snapshot == nil)
  }

  @Test func daysThatTheStoreDoesNotKnowFollowWhatItHas() {
    let found = plan(progress(prints: 120, [0]), days: [days[1], days[2]])
    #expect(found.days == [days[1], days[2]])
    #expect(found.start == position(120))
    #expect(plan(progress(prints: 120, [0]), days: []).start == position(120))
  }
}
