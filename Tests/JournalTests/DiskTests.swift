import MarketModel
import Testing

@testable import Journal

/// A disk that is full or broken for a while.
@Suite struct DiskTests {
  /// Full at every point of a small journal, and free again some batches later: nothing is lost, the order is kept.
  @Test func aFullDiskCostsNothingWhileMemoryHoldsIt() throws {
    for room in stride(from: 0, through: 6_000, by: 37) {
      var run = JournalRun(try TestFolder())
      run.options.segmentBytes = 1_500
      let events = run.events(0..<200)
      let disk = SpoiledDisk()
      let journal = try Journal(run.options, log: .quiet, disk: disk.calls)
      var appender = try journal.makeAppender(instruments: run.instruments)
      disk.setRoom(room, code: room.isMultiple(of: 2) ? 28 : 5)
      run.append(Array(events[..<150]), batch: 10, to: &appender)
      #expect(journal.status.heldBytes > 0)
      #expect(try #require(journal.status.errorText).contains("events wait in memory"))
      #expect(journal.status.appendedEvents < 150)
      // What is there can be read, and is a beginning.
      let read = try run.read().first ?? []
      #expect(read == Array(events[..<read.count]))
      #expect(Int64(read.count) == journal.status.appendedEvents)
      // Some room, not enough: goes on in the middle of a block.
      disk.setRoom(room % 100)
      #expect(journal.writer.retry())
      disk.setRoom(nil)
      run.append(Array(events[150..<170]), batch: 10, to: &appender)
      #expect(journal.writer.retry() == false)
      run.append(Array(events[170...]), batch: 10, to: &appender)
      #expect(journal.status.heldBytes == 0)
      #expect(journal.status.errorText == nil)
      #expect(journal.status.missingEvents == 0)
      journal.close()
      #expect(journal.status.durableEvents == 200)
      #expect(try run.read() == [events])
    }
  }

  /// The thread finishes by itself, though nothing more is appended.
  @Test(.timeLimit(.minutes(10))) func theThreadGoesOnWhenTheDiskIsBack() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<300)
    let disk = SpoiledDisk()
    let journal = try Journal(run.options, log: .quiet, disk: disk.calls)
    journal.start()
    var appender = try journal.makeAppender(instruments: run.instruments)
    disk.setRoom(2_000)
    run.append(events, to: &appender)
    let writes = disk.writes
    wait { disk.writes >= writes + 2 }
    #expect(journal.status.heldBytes > 0)
    disk.setRoom(nil)
    wait { journal.status.durableEvents >= 300 }
    #expect(journal.status.heldBytes == 0)
    #expect(journal.status.errorText == nil)
    journal.close()
    #expect(try run.read() == [events])
  }

  @Test func whatMemoryDoesNotHoldIsCountedAndMarked() throws {
    var run = JournalRun(try TestFolder())
    run.options.heldBytes = 20_000
    let events = run.events(0..<2_000)
    let disk = SpoiledDisk()
    let journal = try Journal(run.options, log: .quiet, disk: disk.calls)
    var appender = try journal.makeAppender(instruments: run.instruments)
    run.append(Array(events[..<100]), batch: 10, to: &appender)
    disk.setRoom(0)
    run.append(Array(events[100..<1_900]), batch: 10, to: &appender)
    let missing = Int(journal.status.missingEvents)
    #expect(missing > 1_000)
    #expect(journal.status.heldBytes <= 20_000)
    disk.setRoom(nil)
    #expect(journal.writer.retry() == false)
    // The symbols that were new meanwhile come, too.
    let late = run.events(1_900..<2_000, symbols: 9)
    run.append(late, batch: 10, to: &appender)
    journal.close()
    #expect(journal.status.missingEvents == Int64(missing))
    #expect(journal.status.appendedEvents == Int64(2_000 - missing))

    let kept = 1_900 - missing
    #expect(try run.read() == [Array(events[..<kept]) + late])
    var reader = try journal.archive.read(try #require(try journal.archive.days().first).date, into: run.instruments)
    var holes: [[Int64]] = []
    while let block = try reader.next() {
      if block.missingBefore > 0 { holes.append([block.missingBefore, block.firstEvent]) }
    }
    #expect(holes == [[Int64(missing), 1_900]])
    #expect(reader.missingEvents == Int64(missing))
    #expect(reader.eventsRead == 2_000)

    var behind = try journal.archive.read(
      try #require(try journal.archive.days().first).date, from: 1_900, into: run.instruments)
    let firstBehind = try behind.next().map { [$0.firstEvent, $0.missingBefore] }
    #expect(firstBehind == [1_900, 0])

    // The numbers go on behind the hole after a restart.
    let more = run.events(2_000..<2_010)
    try run.write(more)
    #expect(try run.read() == [Array(events[..<kept]) + late + more])
  }

  /// Days that begin and end while nothing can be kept.
  @Test func holesKeepToTheirDays() throws {
    var run = JournalRun(try TestFolder())
    run.options.heldBytes = 0
    let disk = SpoiledDisk()
    let journal = try Journal(run.options, log: .quiet, disk: disk.calls)
    var appender = try journal.makeAppender(instruments: run.instruments)
    func clock(_ day: Int64, _ milliseconds: Int64) -> MarketEvent {
      .clock(RandomEvents.start.adding(nanoseconds: (day * 86_400_000 + milliseconds) * 1_000_000))
    }
    run.append([clock(0, 0)], to: &appender)
    disk.setRoom(0)
    // The first is held, the others find no room.
    run.append([clock(0, 1), clock(0, 2), clock(3, 0), clock(3, 1), clock(4, 0)], batch: 1, to: &appender)
    #expect(journal.status.missingEvents == 4)
    disk.setRoom(nil)
    #expect(journal.writer.retry() == false)
    run.append([clock(4, 1)], to: &appender)
    journal.close()
    #expect(try run.read() == [[clock(0, 0), clock(0, 1)], [], [clock(4, 1)]])
    var missing: [Int64] = []
    for day in try journal.archive.days() {
      var reader = try journal.archive.read(day.date, into: run.instruments)
      while try reader.next() != nil {}
      missing.append(reader.missingEvents)
    }
    #expect(missing == [1, 2, 1])
  }

  @Test func aProcessThatEndsWithAFullDiskLeavesWholeBlocks() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<100)
    let disk = SpoiledDisk()
    let lines = Lines()
    let journal = try Journal(run.options, log: lines.log, disk: disk.calls)
    var appender = try journal.makeAppender(instruments: run.instruments)
    disk.setRoom(3_000)
    run.append(events, batch: 10, to: &appender)
    journal.close()
    let kept = Int(journal.status.appendedEvents)
    #expect(journal.status.missingEvents == Int64(100 - kept))
    #expect(lines.all.contains { $0.contains("\(100 - kept) events could not be written") })
    let quiet = Lines()
    _ = try Journal(run.options, log: quiet.log)
    #expect(quiet.all.isEmpty)
    #expect(try run.read() == [Array(events[..<kept])])
  }

  /// After `fdatasync` failed the system may have forgotten what it had not written: the events go into a new file, the old one
  /// is written anew.
  @Test(.timeLimit(.minutes(10))) func whatTheDiskDidNotKeepIsWrittenAnew() throws {
    let run = JournalRun(try TestFolder())
    let events = run.events(0..<300)
    let disk = SpoiledDisk()
    let journal = try Journal(run.options, log: .quiet, disk: disk.calls)
    journal.start()
    var appender = try journal.makeAppender(instruments: run.instruments)
    run.append(Array(events[..<100]), to: &appender)
    wait { journal.status.durableEvents >= 100 }
    disk.setRefusesSync(true)
    run.append(Array(events[100..<200]), to: &appender)
    wait { journal.status.errorText != nil }
    #expect(journal.status.durableEvents == 100)
    disk.setRefusesSync(false)
    run.append(Array(events[200...]), to: &appender)
    wait { journal.status.durableEvents >= 200 && journal.status.errorText == nil }
    journal.close()
    #expect(journal.status.durableEvents == 300)
    let segments = try journal.archive.folder.segments(try #require(try journal.archive.days().first).date)
    #expect(segments.map(\.isPacked) == [true, false])
    #expect(try run.read() == [events])
  }
}
