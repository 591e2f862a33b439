import Testing

@testable import Logging

#if canImport(Glibc)
  import Glibc
  private let systemRead = Glibc.read
#else
  import Darwin
  private let systemRead = Darwin.read
#endif

/// A pipe that closes with the test.
private struct Pipe: ~Copyable {
  let read: Int32
  let write: Int32

  init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0)
    (read, write) = (ends[0], ends[1])
  }

  func readAvailable(_ count: Int = 65_536) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = systemRead(read, &bytes, count)
    return String(decoding: bytes.prefix(max(0, found)), as: UTF8.self)
  }

  deinit {
    close(read)
    close(write)
  }
}

@Suite struct LogSinkTests {
  @Test func linesReachTheDescriptorWithoutColour() {
    let pipe = Pipe()
    let log = Log(sink: .descriptor(pipe.write), now: { 0 })
    log.info("storage", "opened", ["rows": "0"])
    #expect(pipe.readAvailable() == "1970-01-01T00:00:00.000Z INFO     storage   opened  rows=0\n")
  }

  @Test func aReaderThatDoesNotReadStopsNobodyAndIsToldWhatItMissed() {
    let pipe = Pipe()
    let log = Log(sink: .descriptor(pipe.write), repeats: RepeatLimit(burst: 1_000_000), now: { 0 })
    // More than any pipe holds: a blocking write would hang here for ever.
    for _ in 0..<2_000 {
      log.info("feed", "a line that nobody reads, long enough to fill a pipe before the loop is over")
    }
    _ = pipe.readAvailable(1 << 20)  // all of it: a pipe holds 64 KiB
    log.info("feed", "somebody reads again")
    let seen = pipe.readAvailable()
    #expect(seen.contains(" lines were dropped: nobody was reading the log\n"))
    #expect(seen.hasSuffix("somebody reads again\n"))
  }
}
