import MarketModel
import Testing

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A process that is killed while it writes: what it had appended is there, in order and once, and the next one goes on.
@Suite struct KillTests {
  @Test(.timeLimit(.minutes(10))) func everythingAppendedOutlivesTheProcess() async throws {
    var random = SplitMix(seed: 11)
    let run = JournalRun(try TestFolder())
    let note = run.folder.path + "/acknowledged"
    for _ in 0..<12 {
      let directory = run.folder.path
      let microseconds = UInt32.random(in: 0..<60_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          directory = directory as String, note = note as String, microseconds = microseconds as UInt32
        ] in
        try KillTests.writeUntilKilled(directory, note: note, microseconds: microseconds)
      }
      let acknowledged = try KillTests.acknowledged(note)
      let read = try run.read().first ?? []
      #expect(read.count >= acknowledged)
      #expect(read.count <= acknowledged + KillTests.batch)
      #expect(read == run.events(0..<read.count))
      try KillTests.acknowledge(read.count, note)
    }
    #expect(try KillTests.acknowledged(note) > 1_000)
  }

  private static let batch = 50

  /// Goes on where the journal ends, and says after each batch how many events there are.
  private static func writeUntilKilled(_ directory: String, note: String, microseconds: UInt32) throws {
    var options = JournalOptions(directory: directory, source: "test")
    options.segmentBytes = 50_000
    let run = JournalRun(TestFolder(of: directory), options: options)
    let journal = try Journal(options, log: .quiet)
    journal.start()
    var appender = try journal.makeAppender(instruments: run.instruments)
    var next = try acknowledged(note)
    var killer = pthread_t()
    let argument = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    argument.initialize(to: microseconds)
    pthread_create(
      &killer, nil,
      { argument in
        usleep(argument?.load(as: UInt32.self) ?? 0)
        kill(getpid(), SIGKILL)
        return nil
      }, argument)
    while true {
      run.append(run.events(next..<next + batch), to: &appender)
      next += batch
      try acknowledge(next, note)
    }
  }

  private static func acknowledge(_ count: Int, _ note: String) throws {
    let text = String(count)
    try TestFile.overwrite(Array((String(repeating: "0", count: 12 - text.utf8.count) + text).utf8), note)
  }

  private static func acknowledged(_ note: String) throws -> Int {
    guard TestFile.exists(note) else { return 0 }
    return try #require(Int(String(decoding: try TestFile.bytes(note), as: UTF8.self)))
  }
}
