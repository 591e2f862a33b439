import Feeds
import FlowEngine
import Foundation
import MarketModel
import Testing

@testable import Application
@testable import Server

/// One recording, however it is played, comes to one digest.
@Suite(.serialized) struct ReplayDigestTests {
  private static let fixture = BenchTests.path("small.ndjson.gz")
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func digest(_ words: String...) throws -> String {
    let outcome = try ProcessProgram(["replay", "--json"] + words, in: folder).outcome()
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try #require((try outcome.json() as? [String: Any])?["digest"] as? String)
  }

  /// The recording's first frames, their times squeezed into a minute.
  private func squeezedMinute(frames wanted: Int) throws -> String {
    var file = try ReplayFile(path: Self.fixture, instruments: InstrumentTable(capacity: 1024))
    var lines: [String] = []
    while lines.count < wanted, case .frame(let frame) = try file.next() {
      lines.append(String(decoding: frame, as: UTF8.self))
    }
    let time = /"t":(\d+)/
    let times = lines.flatMap { $0.matches(of: time).compactMap { Int($0.1) } }
    let first = try #require(times.min())
    let length = try #require(times.max()) - first
    #expect(length > 60_000)
    let squeezed = lines.map { line in
      line.replacing(time) { match in "\"t\":\(first + ((Int(match.1) ?? first) - first) * 60_000 / length)" }
    }
    let path = folder.path("minute.ndjson")
    try Data((squeezed.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    return path
  }

  @Test func twiceTheSameFile() throws {
    let first = try digest(Self.fixture)
    #expect(try digest(Self.fixture) == first)
  }

  /// 60 s of stream in 6 s, through rings, sockets and the store, with somebody listening.
  @Test func servedAtTenTimesThePaceItIsTheSame() throws {
    let tape = try squeezedMinute(frames: 600)
    let paced = try ProcessProgram(["replay", tape, "--speed", "10", "--json"], in: folder)
    let served = try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", folder.path("data"), "--replay", tape, "--replay-speed", "10"], in: folder)
    let client = try ProcessClient(port: served.port())
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    var streamed = 0
    var health: [String: Any] = [:]
    while !(health["digest"] is String) {
      let message = try stream.message()
      switch message["type"] as? String {
      case "prints": streamed += (message["rows"] as? [Any])?.count ?? 0
      case "state": health = try client.health()
      default: break
      }
    }
    let reference = try digest(tape)
    #expect(health["digest"] as? String == reference)
    let summary = try #require(try paced.outcome().json() as? [String: Any])
    #expect(summary["digest"] as? String == reference)
    // Nobody was too slow, so every print went through the socket or was there when it was opened.
    let prints = try #require(summary["prints"] as? Int)
    #expect(streamed > 0 && streamed <= prints)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }

  @Test func aTradeEnteredByHandIsMarkedAndLabelledLikeAnyOther() throws {
    let tape = try squeezedMinute(frames: 300)
    var engine = try EngineAtTheEnd(of: tape)
    let served = try ProcessProgram(
      ["serve", "--port", "0", "--data-dir", folder.path("data"), "--replay", tape, "--replay-speed", "max"], in: folder
    )
    let client = try ProcessClient(port: served.port())
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    try stream.state { _ in try client.health()["digest"] is String }

    let last = engine.quoted
    let quoted = try #require(last)
    let trade = InjectedTrade(
      symbol: engine.symbol(of: quoted), price: quoted.ask, size: 37, venue: VenueID(302), conditions: [209], time: nil)
    let price = quoted.ask.doubleValue
    let body = #"{"symbol":"\#(trade.symbol)","price":\#(price),"size":37,"venue":302,"conditions":[209]}"#
    #expect(try client.request("/trades", post: body).status == 202)
    var row: [String: Any] = [:]
    while row["injected"] as? Bool != true {
      let message = try stream.message()
      guard message["type"] as? String == "prints", let rows = message["rows"] as? [[String: Any]] else { continue }
      row = rows.first { $0["injected"] as? Bool == true } ?? row
    }
    let injected = try engine.inject(trade)
    let expected = try #require(injected)
    #expect((row["id"] as? Int64).map { $0 & ((1 << 36) - 1) } == expected.number)
    #expect(row["symbol"] as? String == trade.symbol)
    #expect(row["side"] as? String == "\(expected.side)")
    #expect(row["method"] as? String == expected.method.name)
    #expect(row["premium"] as? Double == Double(expected.premiumMicros) / 1e6)
    #expect(row["bid"] as? Double == expected.bid.doubleValue)
    #expect(row["size"] as? Int == 37)
    let listed = try #require((try client.request("/prints?limit=1").json["rows"] as? [[String: Any]])?.first)
    #expect(listed["id"] as? Int64 == row["id"] as? Int64)
    #expect(listed["injected"] as? Bool == true)
    served.signal(SIGTERM)
    #expect(try served.outcome().code == 0)
  }
}

/// An engine that has played a whole recording, without any thread.
private struct EngineAtTheEnd: ~Copyable {
  private let instruments = InstrumentTable()
  private var engine: FlowEngine
  private var reader: FeedReader<ReplayFile>
  private var time = Timestamp.none
  /// The last print with a quote on both sides.
  private(set) var quoted: LabeledPrint?

  init(of tape: String) throws {
    var engine = FlowEngine(instruments: instruments)
    var reader = FeedReader(source: try ReplayFile(path: tape, instruments: instruments), instruments: instruments)
    var outputs = OutputBuffer()
    while try reader.next() {
      time = max(time, reader.streamTime)
      engine.process(reader.batch.events, into: &outputs)
      for case .print(let print) in outputs.outputs where print.bid > .zero && print.ask > print.bid { quoted = print }
      outputs.removeAll()
    }
    self.engine = engine
    self.reader = reader
  }

  func symbol(of print: LabeledPrint) -> String { instruments[print.trade.instrument].symbol.description }

  /// What the engine makes of a trade that comes after the recording.
  mutating func inject(_ trade: InjectedTrade) throws -> LabeledPrint? {
    let frame = InjectionInbox.frame(trade, streamTime: time)
    let padded = frame + [UInt8](repeating: 0, count: frameSourcePadding)
    var batch = EventBatch()
    padded.withUnsafeBufferPointer { reader.inject(UnsafeBufferPointer(rebasing: $0[..<frame.count]), into: &batch) }
    var outputs = OutputBuffer()
    engine.process(batch.events, into: &outputs)
    for case .print(let print) in outputs.outputs where print.flags.contains(.injected) { return print }
    return nil
  }
}
