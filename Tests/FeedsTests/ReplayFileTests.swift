import Foundation
import MarketModel
import Testing

@testable import Feeds

@Suite struct ReplayFileTests {
  let fixtures: ReplayFixtures
  let instruments = InstrumentTable(capacity: 1024)

  init() throws { fixtures = try ReplayFixtures() }

  private func open(_ path: String, chunk: Int = 1 << 20, limit: Int = 1 << 20) throws -> ReplayFile {
    try ReplayFile(path: path, instruments: instruments, chunkBytes: chunk, limitBytes: limit)
  }

  /// Lines of many lengths with all kinds of line ends, and what must come out.
  private func tape(seed: UInt64, lines: Int) -> (text: String, frames: [String]) {
    var random = DemoRandom(seed: seed)
    var text = ""
    var frames: [String] = []
    for line in 0..<lines {
      let frame =
        "[" + String(repeating: "x", count: random.chance(0.05) ? random.below(300) : random.below(12)) + "\(line)]"
      frames.append(frame)
      text += frame + (random.chance(0.2) ? "\r\n" : "\n")
      if random.chance(0.1) { text += random.chance(0.5) ? "\n\n" : "\r\n" }
    }
    if random.chance(0.5) { text.removeLast() }
    return (text, frames)
  }

  @Test(arguments: Packing.allCases) func linesSurviveEveryBufferSize(packing: Packing) throws {
    for seed in UInt64(1)...6 {
      let (text, frames) = tape(seed: seed, lines: 60)
      let path = try fixtures.write(packing.pack(Array(text.utf8)))
      for chunk in [1, 2, 3, 7, 16, 61, 64, 127, 1024, 1 << 16] {
        var file = try open(path, chunk: chunk)
        #expect(try file.allFrames() == frames, "seed \(seed), chunk \(chunk)")
        #expect(file.refusedLines == 0)
        #expect(file.bytesRead == file.totalBytes)
      }
    }
  }

  @Test func compressionIsToldByContentNotByName() throws {
    for (packing, expected) in zip(Packing.allCases, [ReplayCompression.none, .gzip, .zstd]) {
      let path = try fixtures.write(packing.pack(Array("[1]\n".utf8)), as: "tape.csv.gz")
      var file = try open(path)
      #expect(file.compression == expected && file.content == .frames)
      #expect(file.summary == "replay tape.csv.gz")
      #expect(try file.allFrames() == ["[1]"])
    }
  }

  @Test func joinedGzipMembersAndPaddingAreRead() throws {
    let joined = gzipped(Array("[1]\n[2".utf8)) + gzipped(Array("]\n[3]".utf8)) + [0, 0, 0]
    var file = try open(try fixtures.write(joined), chunk: 5)
    #expect(try file.allFrames() == ["[1]", "[2]", "[3]"])
  }

  @Test func joinedZstdFramesAreRead() throws {
    let joined = Packing.zstd.pack(Array("[1]\n[2".utf8)) + Packing.zstd.pack(Array("]\n[3]".utf8))
    var file = try open(try fixtures.write(joined), chunk: 5)
    #expect(try file.allFrames() == ["[1]", "[2]", "[3]"])
  }

  @Test func byteOrderMarkIsSkipped() throws {
    var file = try open(try fixtures.write([0xEF, 0xBB, 0xBF] + Array("[1]\n".utf8)))
    #expect(try file.allFrames() == ["[1]"])
  }

  @Test(arguments: [1, 10, 64, 4096]) func linesAboveTheLimitAreRefusedAndNamed(chunk: Int) throws {
    let long = "[" + String(repeating: "9", count: 500) + "]"
    let exact = "[" + String(repeating: "1", count: 98) + "]"
    let path = try fixtures.write("[1]\n\n\(long)\n\(exact)\r\n\(long)\n[2]\n\(long)")
    var file = try open(path, chunk: chunk, limit: 100)
    #expect(try file.allFrames() == ["[1]", exact, "[2]"])
    #expect(file.refusedLines == 3)
    #expect(file.firstRefusal == "replay file \(path): line 3: 502 bytes, at most 100 wanted; the line is skipped")
  }

  // MARK: Errors

  private func failure(_ path: String) -> ReplayFileError? {
    do {
      _ = try ReplayFile(path: path, instruments: instruments)
      return nil
    } catch { return error }
  }

  @Test func whatCannotBeOpenedSaysWhy() throws {
    let missing = failure(fixtures.path("nothing"))
    #expect(missing?.kind == .missing)
    #expect(missing?.description == "replay file \(fixtures.path("nothing")): no such file; check the path")
    #expect(failure(fixtures.directory.path)?.kind == .notAFile)
    #expect(failure(fixtures.directory.path)?.description.contains("is a directory") == true)
    #expect(failure("/dev/null")?.kind == .notAFile)
    #expect(failure(try fixtures.write(""))?.kind == .empty)
    #expect(failure(try fixtures.write("\n\r\n\n"))?.kind == .empty)
    #expect(failure(try fixtures.write(gzipped([])))?.kind == .empty)
    let unknown = failure(try fixtures.write("date;price\n1;2\n"))
    #expect(unknown?.kind == .unknownFormat)
    #expect(unknown?.description.contains("begins with \"date;price\"") == true)
    #expect(failure(try fixtures.write([0x50, 0x4B, 3, 4, 0, 0xFF]))?.kind == .unknownFormat)
    #expect(
      failure(try fixtures.write("ticker,volume,open,close,high,low,window_start,transactions\n"))?.kind
        == .unknownFormat)
  }

  @Test(arguments: [Packing.gzip, .zstd]) func truncatedDataGiveTheGoodLinesThenAnErrorWithThePosition(packing: Packing)
    throws
  {
    var random = DemoRandom(seed: 5)
    let lines = (0..<20_000).map { "[\($0),\(random.next())]" }
    let packed = packing.pack(Array(lines.joined(separator: "\n").utf8))
    let path = try fixtures.write(Array(packed[..<(packed.count / 2)]))
    var file = try open(path, chunk: 4096)
    var frames: [String] = []
    let error = #expect(throws: FrameSourceError.self) {
      while case .frame(let bytes) = try file.next() { frames.append(String(decoding: bytes, as: UTF8.self)) }
    }
    #expect(frames.count > 100 && frames == Array(lines[..<frames.count]))
    let name = packing == .gzip ? "gzip" : "zstd"
    #expect(
      error?.description.contains(
        "\(path): damaged \(name) data at byte \(packed.count / 2) of \(packed.count / 2): ends in the middle") == true,
      "\(error?.description ?? "none")")
  }

  @Test func alteredGzipIsNoticed() throws {
    var packed = gzipped((0..<5000).flatMap { Array("[\($0)]\n".utf8) })
    packed[packed.count - 6] ^= 0xFF
    var file = try open(try fixtures.write(packed), chunk: 512)
    #expect(throws: FrameSourceError.self) { while case .frame = try file.next() {} }
    var trailing = try open(try fixtures.write(gzipped(Array("[1]\n".utf8)) + Array("more".utf8)), chunk: 4)
    #expect(throws: FrameSourceError.self) { while case .frame = try trailing.next() {} }
  }

  @Test func fingerprintFollowsContent() throws {
    let text = String(repeating: "[1]\n", count: 50_000)
    let first = try open(try fixtures.write(text, as: "a")).fingerprint
    #expect(try open(try fixtures.write(text, as: "b")).fingerprint == first)
    #expect(try open(try fixtures.write(text + "\n", as: "c")).fingerprint != first)
    #expect(try open(try fixtures.write(text.dropLast(2) + "]]", as: "d")).fingerprint != first)
    #expect(first.hasPrefix("200000-") && first.count == 23)
  }

  /// Whatever the bytes, the reader ends with lines or with words.
  @Test(arguments: Packing.allCases) func mutatedFilesNeverCrash(packing: Packing) throws {
    var random = DemoRandom(seed: 11)
    let header = "ticker,conditions,correction,exchange,price,sip_timestamp,size\n"
    let row = "O:SPY230327P00390000,\"209,219\",0,312,11.82,1678715620948000000,1\n"
    for round in 0..<400 {
      let text = round % 2 == 0 ? tape(seed: UInt64(round), lines: 30).text : header + String(repeating: row, count: 20)
      var bytes = packing.pack(Array(text.utf8))
      for _ in 0...random.below(4) {
        switch random.below(3) {
        case 0: bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeLast(random.below(bytes.count))
        default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: random.below(bytes.count + 1))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let path = try fixtures.write(bytes)
      do {
        var file = try open(path, chunk: 1 + random.below(200), limit: 64)
        reading: while true {
          switch try file.next() {
          case .idle: continue
          case .end: break reading
          case .frame(let frame): #expect(frame.count <= 64)
          case .events(let events), .recorded(let events): #expect(!events.isEmpty)
          }
        }
      } catch let error as ReplayFileError {
        #expect(error.description.contains(path))
      } catch let error as FrameSourceError {
        #expect(error.description.contains(path))
      }
    }
  }

  @Test func recordedStockFramesAreReadWhole() throws {
    let name = "polygon/stocks_AAPL_2024-01-02_open5s.ws.jsonl.gz"
    guard let path = ReplayFixtures.referenceData(name) else { return print("skipped: no reference data \(name)") }
    var file = try ReplayFile(path: path, instruments: instruments)
    let frames = try file.allFrames()
    #expect(file.compression == .gzip)
    #expect(frames.filter { $0.contains("\"ev\":\"T\"") }.count == 8192)
    #expect(frames.allSatisfy { $0.hasPrefix("[{") && $0.hasSuffix("}]") })
  }
}
