import MarketModel
import Testing

@testable import Feeds

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The layout scanner says what simdjson says, or nothing; and reads no further than it may.
@Suite struct PolygonScannerTests {
  /// One table, two decoders: one that may take the quick way, one that may not.
  final class Pair {
    let quick: FrameDecoding
    let plain: FrameDecoding

    init() {
      let instruments = InstrumentTable(capacity: 1 << 18)
      for symbol in PolygonText.symbols { _ = instruments.intern(symbol) }
      quick = FrameDecoding(instruments: instruments)
      plain = FrameDecoding(instruments: instruments, usesLayoutScanner: false)
    }

    /// - Returns: whether the frame went the quick way.
    func agree(_ frame: [UInt8], _ note: String) -> Bool {
      let a = quick(frame, padding: PolygonText.frame([PolygonText.trade()]))
      var b = plain(frame)
      let isQuick = a.counters.reparsedFrames == 0
      b.counters.reparsedFrames = a.counters.reparsedFrames
      b.counters.lastBadReason = a.counters.lastBadReason
      b.counters.lastBadDetail = a.counters.lastBadDetail
      #expect(a == b, "\(note): \(String(decoding: frame, as: UTF8.self))")
      return isQuick
    }
  }

  @Test func agreesOnOrdinaryFrames() {
    var random = FrameGenerator(seed: 21)
    let pair = Pair()
    var quick = 0
    for i in 0..<3000 {
      let events = (0..<Int.random(in: 1...6, using: &random)).map { _ in PolygonText.ordinary(&random) }
      if pair.agree(PolygonText.frame(events), "frame \(i)") { quick += 1 }
    }
    // Large products of price and size and four-digit ids above 16 bits are all that leave it.
    #expect(quick > 500)
  }

  @Test func agreesOnFramesOfAllKinds() {
    var random = FrameGenerator(seed: 22)
    let pair = Pair()
    for i in 0..<2000 {
      let events = (0..<Int.random(in: 1...6, using: &random)).map { _ in PolygonText.any(&random) }
      _ = pair.agree(PolygonText.frame(events), "frame \(i)")
    }
  }

  @Test func agreesOnDamagedFrames() {
    var random = FrameGenerator(seed: 23)
    let pair = Pair()
    for i in 0..<6000 {
      var frame = PolygonText.frame((0..<3).map { _ in PolygonText.ordinary(&random) })
      Mutation.apply(to: &frame, in: 0..<frame.count, using: &random)
      _ = pair.agree(frame, "frame \(i)")
    }
  }

  /// A zero byte is what pads a shorter symbol in the table.
  @Test func zeroBytesAreNoPadding() {
    let pair = Pair()
    let frame = PolygonText.frame([PolygonText.trade(symbol: PolygonText.symbols[0] + "\0")])
    #expect(!pair.agree(frame, "zero byte"))
  }

  @Test func unknownSymbolsAreLeftToTheOther() {
    let decoding = FrameDecoding()
    #expect(decoding("[\(PolygonText.trade())]").counters.reparsedFrames == 1)
    #expect(decoding("[\(PolygonText.trade())]").counters.reparsedFrames == 0)
  }

  /// Every byte of an ordinary event, replaced: what is accepted has the layout.
  @Test func everyByteCounts() {
    let pair = Pair()
    for event in [PolygonText.trade(), PolygonText.quote()] {
      let frame = PolygonText.frame([event])
      for i in frame.indices {
        for byte in [
          UInt8(ascii: " "), UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "\""), 0, 0xFF,
        ] {
          var changed = frame
          changed[i] = byte
          _ = pair.agree(changed, "byte \(i)")
        }
      }
    }
  }

  /// Frames at the very end of readable memory: one byte more and the process dies.
  @Test func readsStayWithinThePadding() throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let readable = 2 * page
    let mapping = try #require(mmap(nil, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    defer { munmap(mapping, readable + page) }
    try #require(mapping != MAP_FAILED)
    try #require(mprotect(mapping + readable, page, PROT_NONE) == 0)
    // The widest forms the layout takes.
    let trade = PolygonText.trade(
      symbol: PolygonText.symbols[2], venue: "99999999", price: "99999999.999999", size: "99999999",
      conditions: "[\(Array(repeating: "99999999", count: 12).joined(separator: ","))]", time: "3999999999999",
      sequence: "9999999999999999")
    let widest = PolygonText.trade(
      symbol: PolygonText.symbols[2], venue: "65535", price: "68719.999999", size: "00000001",
      conditions: "[\(Array(repeating: "99999999", count: 8).joined(separator: ","))]", time: "3999999999999",
      sequence: "9999999999999999")
    let quote = PolygonText.quote(
      symbol: PolygonText.symbols[2], bidVenue: "65535", askVenue: "65535", bid: "99999999.999999",
      ask: "99999999.999999",
      bidSize: "99999999", askSize: "99999999", time: "3999999999999", sequence: "9999999999999999")
    let plain = PolygonText.trade(
      symbol: PolygonText.symbols[2], price: "95.999999", size: "1041666",
      conditions: "[\(Array(repeating: "99999999", count: 8).joined(separator: ","))]", sequence: "9999999999999999")
    for events in [
      [trade, quote], [quote, trade], [quote, quote, quote], [plain, plain], [plain, quote], [quote, plain],
      [widest, plain],
    ] {
      let whole = PolygonText.frame(events)
      for length in 0...whole.count {
        let frame = Array(whole[..<length])
        let rest = Array(whole[length...])
        for padding in [
          rest, [], [UInt8](repeating: UInt8(ascii: "9"), count: 64), [UInt8](repeating: UInt8(ascii: "\""), count: 64),
        ] {
          let start = (mapping + readable - frameSourcePadding - length).assumingMemoryBound(to: UInt8.self)
          for i in 0..<length { start[i] = frame[i] }
          for i in 0..<frameSourcePadding { start[length + i] = i < padding.count ? padding[i] : 0 }
          for usesLayoutScanner in [true, false] {
            let instruments = InstrumentTable(capacity: 64)
            _ = instruments.intern(PolygonText.symbols[2])
            var decoder = PolygonDecoder(instruments: instruments, usesLayoutScanner: usesLayoutScanner)
            var batch = EventBatch(capacity: 4)
            decoder.decode(UnsafeBufferPointer(start: start, count: length), into: &batch)
            #expect(length == whole.count || decoder.counters.badEvents > 0)
          }
        }
      }
    }
  }
}
