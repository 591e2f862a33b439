import MarketModel
import Testing

@testable import Journal

/// Days begin where the engine's begin: with the event that `StreamDay` says.
@Suite struct DayTests {
  private static let day: Int64 = 86_400_000

  private func clock(_ milliseconds: Int64) -> MarketEvent {
    .clock(RandomEvents.start.adding(nanoseconds: milliseconds * 1_000_000))
  }
  private let untimed = MarketEvent.incident(FeedIncident(kind: .connected, time: .none))

  /// The days as the rule itself divides the events.
  private func divided(_ events: [MarketEvent]) -> [[MarketEvent]] {
    var stream = StreamDay()
    var days: [[MarketEvent]] = []
    var early: [MarketEvent] = []
    for event in events {
      if let time = event.reachedTime, case .begins = stream.advance(to: time) {
        days.append(early)
        early = []
      }
      if days.isEmpty { early.append(event) } else { days[days.count - 1].append(event) }
    }
    return days
  }

  /// From a Friday afternoon to Wednesday, with times that go back and some that are not believed.
  private func week() -> [MarketEvent] {
    [
      untimed, untimed, clock(0), untimed, clock(1_000), clock(500), clock(3 * Self.day), clock(2 * Self.day), untimed,
      clock(3 * Self.day + 1), clock(200 * Self.day), clock(3 * Self.day + 2), clock(4 * Self.day), untimed,
      clock(4 * Self.day + 7), clock(5 * Self.day), clock(5 * Self.day + 1),
    ]
  }

  @Test(arguments: [1, 2, 3, 5, 100])
  func aDayBeginsInTheMiddleOfABatch(batch: Int) throws {
    let run = JournalRun(try TestFolder())
    let events = week()
    #expect(divided(events).map(\.count) == [6, 6, 3, 2])
    let journal = try run.write(events, batch: batch)
    #expect(try run.read() == divided(events))
    #expect(
      try journal.archive.days().map(\.date.description) == ["2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25"])
    #expect(journal.status.closedSegments == 3)
  }

  /// Wherever the process ends and begins anew, the days are the same: what was doubted is known, too.
  @Test func aRestartAnywhereChangesNothing() throws {
    let events = week() + [clock(200 * Self.day), clock(200 * Self.day + 1)]
    // Believed at last, because it is the second of its kind.
    #expect(divided(events).count == 5)
    for first in 3..<events.count {
      for second in first...events.count {
        let run = JournalRun(try TestFolder())
        for part in [events[..<first], events[first..<second], events[second...]] {
          try run.write(Array(part), batch: 2)
        }
        #expect(try run.read() == divided(events), "restarts before events \(first) and \(second)")
      }
    }
  }

  /// So that a restart needs to read the last segment only.
  @Test func aSegmentKnowsWhatTheStreamHadComeTo() throws {
    let events = week() + [clock(200 * Self.day), clock(200 * Self.day + 1)]
    for first in 3..<events.count {
      var run = JournalRun(try TestFolder())
      run.options.segmentBytes = 1
      try run.write(Array(events[..<first]), batch: 1)
      try run.write(Array(events[first...]), batch: 1)
      #expect(try run.read() == divided(events))
    }
  }

  /// Before the first event with a time nobody knows the day.
  @Test func whatComesFirstWaitsForItsDay() throws {
    let run = JournalRun(try TestFolder())
    let journal = try Journal(run.options, log: .quiet)
    var appender = try journal.makeAppender(instruments: run.instruments)
    run.append([untimed, untimed], to: &appender)
    #expect(try journal.archive.days().isEmpty)
    run.append([clock(0)], to: &appender)
    #expect(try run.read() == [[untimed, untimed, clock(0)]])
    journal.close()
  }

  /// A kill right after the new day's file was made.
  @Test func aDayWithoutEventsIsNone() throws {
    let run = JournalRun(try TestFolder())
    try run.write([clock(0), clock(3 * Self.day)])
    let folder = JournalFolder(path: run.folder.path)
    let path = folder.plainPath(SegmentName(day: try #require(try folder.days().last), number: 1))
    let bytes = try TestFile.bytes(path)
    try TestFile.write(Array(bytes[..<(bytes.count - 1)]), to: path)
    let journal = try Journal(run.options, log: .quiet)
    #expect(try journal.archive.days().map(\.date.description) == ["2026-11-20"])
    var appender = try journal.makeAppender(instruments: run.instruments)
    run.append([untimed, clock(3 * Self.day)], to: &appender)
    journal.close()
    #expect(try run.read() == [[clock(0), untimed], [clock(3 * Self.day)]])
  }
}
