import MarketModel
import Testing

@testable import FlowEngine

/// What detectors keep of the tape, and the memory under it.
@Suite struct DetectionMemoryTests {
  private static func seconds(_ seconds: Int64) -> Timestamp {
    EngineRun.start.adding(nanoseconds: seconds * 1_000_000_000)
  }

  /// A tape of prints a second apart.
  private static func tape(_ count: Int64) throws -> PrintTape {
    let run = EngineRun()
    run.feed(trade(0, 110))
    let print = try #require(run.outputs.prints.first)
    var tape = PrintTape(capacity: 1 << 14)
    let contract = ContractState()
    withUnsafePointer(to: print) { print in
      withUnsafePointer(to: contract) { contract in
        for number in 1...count {
          let seen = SeenPrint(
            print, contract: contract, sums: nil, session: MarketDate(daysSinceEpoch: 1), time: seconds(number),
            countsVolume: true)
          tape.append(seen, number: number)
        }
      }
    }
    return tape
  }

  /// Chains of three kinds of prints among ten thousand, a window of 600 s and long pauses: as if each had been looked for.
  @Test func chainsAreThoseOfTheWindow() throws {
    var tape = try Self.tape(10_000)
    _ = tape.void(77)
    _ = tape.void(9_990)
    var picks = PickedPrints(nanoseconds: 600_000_000_000)
    var newest: [Int64] = [0, 0, 0]
    var left: [Int64] = []
    for number in 1...10_000 as ClosedRange<Int64> where number % 10 < 3 {
      let kind = Int(number % 3)
      // Nothing leaves for a while now and then, so that much leaves at once.
      if number % 4000 < 2500 {
        while let print = try picks.leave(at: Self.seconds(number), tape) { left.append(print.pointee.number) }
      }
      newest[kind] = picks.append(number, after: newest[kind])
      guard number % 100 == 0, number % 4000 < 2500 else { continue }
      let inside = max(1, number - 600)...number
      for kind in 0..<3 {
        let wanted = inside.filter { $0 % 10 < 3 && $0 % 3 == kind && $0 != 77 && $0 != 9_990 }
        #expect(picks.chain(from: newest[kind], tape).map(\.number) == wanted)
      }
      #expect(picks.reaches(number) && picks.reaches(inside.lowerBound + 10) && !picks.reaches(inside.lowerBound - 1))
      var bytes = SnapshotBytes()
      bytes.begin()
      picks.save(into: &bytes)
      bytes.end()
      let chain = picks.chain(from: newest[0], tape).map(\.number)
      picks = PickedPrints(nanoseconds: 600_000_000_000)
      var reader = try SnapshotReader(bytes)
      try picks.restore(&reader)
      #expect(picks.chain(from: newest[0], tape).map(\.number) == chain)
    }
    while let print = try picks.leave(at: Self.seconds(20_000), tape) { left.append(print.pointee.number) }
    #expect(left == (1...10_000).filter { $0 % 10 < 3 })
    #expect(!picks.reaches(10_000) && picks.chain(from: newest[0], tape).isEmpty)
  }

  @Test func pagesAreMadeBehindWhatIsUsed() {
    let capacity = 1 << 20
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 255, count: capacity)
    func made() -> [Int] { (0..<capacity).filter { memory.load(fromByteOffset: $0, as: UInt8.self) == 0 } }
    var pages = PagesAhead()
    pages.make(memory, used: 100, capacity: capacity)
    // One write to each of the next pages, none to what is used.
    #expect(made() == Array(stride(from: 100, to: 100 + 32 * 4096, by: 4096)))
    pages.make(memory, used: 100, capacity: capacity)
    #expect(made().count == 32)
    // A busy second: twice what it took.
    pages.make(memory, used: 300_000, capacity: capacity)
    #expect(made().count { $0 < 300_000 } == 32)
    #expect(made().last.map { $0 + 4096 >= 300_000 + 2 * 299_900 } == true)
    // The next day begins at the start again; what is made is made.
    let before = made()
    pages.make(memory, used: 64, capacity: capacity)
    #expect(made() == before)
    // Never past the end.
    pages.make(memory, used: capacity, capacity: capacity)
    #expect(made() == before)
  }
}
