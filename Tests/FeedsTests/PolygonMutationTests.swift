import Foundation
import MarketModel
import Testing

@testable import Feeds

/// Damage as networks and bugs do it.
enum Mutation {
  private static let inserted: [[UInt8]] = [
    Array("\"".utf8), Array("{".utf8), Array("}".utf8), Array("[".utf8), Array("]".utf8), Array(",".utf8),
    Array(":".utf8),
    Array("\\".utf8), [0], [0xFF], [0xC3], [0xED, 0xA0, 0x80], Array("{\"ev\":\"T\"".utf8), Array("9".utf8),
    Array("-".utf8),
    Array("1e9".utf8), Array("null".utf8), Array(" ".utf8), Array("\n".utf8), Array("\"ev\":\"Q\",".utf8),
  ]

  /// One to three changes within `range`.
  /// - Returns: how many bytes the frame became longer.
  @discardableResult
  static func apply(to frame: inout [UInt8], in range: Range<Int>, using random: inout FrameGenerator) -> Int {
    var end = range.upperBound
    for _ in 0..<random.pick([1, 1, 1, 2, 3]) where end > range.lowerBound {
      let place = Int.random(in: range.lowerBound..<end, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: frame[place] = UInt8.random(in: 0...255, using: &random)
      case 1: frame[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 2:
        frame.remove(at: place)
        end -= 1
      case 3, 4:
        let bytes = random.pick(inserted)
        frame.insert(contentsOf: bytes, at: place)
        end += bytes.count
      case 5:
        // Torn off.
        frame.removeSubrange(place..<end)
        end = place
      default:
        let length = min(end - place, Int.random(in: 1...12, using: &random))
        frame.removeSubrange(place..<place + length)
        end -= length
      }
    }
    return end - range.upperBound
  }
}

/// One event of a frame is damaged. What must hold:
/// - no crash;
/// - the damaged event became something that is counted: an event, an unknown or status message, or a bad event;
/// - its neighbours are there, unchanged and in order. Those before it always. Those after it always, too, unless the bytes
///   left are another valid reading: a JSON object that begins inside the damaged event and ends inside a neighbour, or a
///   frame that is valid JSON as a whole. An independent parser must confirm that reading.
@Suite struct PolygonMutationTests {
  static var frames: Int {
    ProcessInfo.processInfo.environment["MARKETFLOW_FUZZ_FRAMES"].flatMap(Int.init) ?? 20_000
  }
  static var seed: UInt64 {
    ProcessInfo.processInfo.environment["MARKETFLOW_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
  }

  @Test func oneBadEventCostsNoNeighbour() throws {
    let instruments = InstrumentTable()
    for symbol in PolygonText.symbols + ["AAPL"] { _ = instruments.intern(symbol) }
    let decoding = FrameDecoding(instruments: instruments)
    var badEvents: Int64 = 0
    var badFrames: Int64 = 0
    var otherReadings = 0
    for number in 0..<Self.frames {
      // Each frame has a seed of its own, so that a failing one can be made alone.
      let seed = Self.seed &* 1_000_000_007 &+ UInt64(number)
      var random = FrameGenerator(seed: seed)
      let events = (0..<5).map { _ in PolygonText.any(&random) }
      let target = Int.random(in: 0..<events.count, using: &random)
      let whole = events.map { event in decoding(PolygonText.frame([event])) }
      let before = whole[..<target].flatMap(\.events)
      let after = whole[(target + 1)...].flatMap(\.events)

      var frame = PolygonText.frame(events)
      let start = 1 + events[..<target].reduce(0) { $0 + $1.utf8.count + 1 }
      let range = start..<start + events[target].utf8.count
      let growth = Mutation.apply(to: &frame, in: range, using: &random)
      let decoded = decoding(frame)
      badEvents += decoded.counters.badEvents
      badFrames += decoded.counters.badFrames

      let note = "MARKETFLOW_FUZZ_SEED=\(Self.seed), frame \(number): \(String(decoding: frame, as: UTF8.self))"
      #expect(Array(decoded.events.prefix(before.count)) == before, "\(note)")
      if Array(decoded.events.dropFirst(before.count).suffix(after.count)) == after {
        let unchanged =
          whole[..<target].reduce(0) { $0 + $1.counters.accounted }
          + whole[(target + 1)...].reduce(0) { $0 + $1.counters.accounted }
        #expect(decoded.counters.accounted > unchanged, "\(note)")
      } else {
        otherReadings += 1
        let damaged = range.lowerBound..<range.upperBound + growth
        #expect(Self.hasOtherReading(frame, from: damaged), "\(note)")
      }
    }
    print(
      "mutated frames: \(Self.frames), bad events \(badEvents), bad frames \(badFrames), other readings \(otherReadings)"
    )
    #expect(badEvents > 0)
    #expect(otherReadings < Self.frames / 100)
  }

  /// Whether a JSON object begins in `damaged` and ends behind it, or the frame is JSON.
  static func hasOtherReading(_ frame: [UInt8], from damaged: Range<Int>) -> Bool {
    func isJSON(_ bytes: ArraySlice<UInt8>) -> Bool { (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil }
    if isJSON(frame[...]) { return true }
    for start in damaged where frame[start] == UInt8(ascii: "{") {
      for end in damaged.upperBound..<frame.count where frame[end] == UInt8(ascii: "}") {
        if isJSON(frame[start...end]) { return true }
      }
    }
    return false
  }

  /// Damage of each kind, by hand.
  @Test(arguments: [
    #"{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1"#,  // brace lost
    #"{"ev":"T","sym":"AAPL,"p":1,"s":1,"t":1}"#,  // quote lost
    #"{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1}}"#, #"{{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1}"#,
    #"{"ev":"T","sym":"AAPL","p":1,"s":1,"c":[1,"t":1}"#, #"{"ev":"T","sym":"AAPL","p":1,"s":1,"c":1],"t":1}"#,
    #"{"ev":"T","sym":"AAPL","p":1 2,"s":1,"t":1}"#, #"{"ev":"T","sym":"AA"#, "{", "}", "\"", "\\", "]", "[", "x",
    "\u{1}",
    #"{"ev":"T","sym":"AAPL","p":1,"s":1,"t":1,}"#, #"{ev:"T"}"#, #"{"ev":"T";"sym":"AAPL"}"#,
    #"{"ev":"T","sym":"AAPL\q","p":1,"s":1,"t":1}"#, #"{"ev":"T","c":[203,],"t":1}"#,
    #"{"ev":"T","sym":"AAPL","p":,"s":1}"#,
    String(repeating: "[", count: 200), String(repeating: "{", count: 200),
    String(repeating: #"{"a":"#, count: 100),
  ]) func damageByHand(_ damage: String) {
    let good = [PolygonText.trade(), PolygonText.quote(), PolygonText.bar()]
    for position in 0...good.count {
      var events = good
      events.insert(damage, at: position)
      let decoded = decode("[" + events.joined(separator: ",") + "]")
      #expect(decoded.trades.contains { $0.sequence == 1002 }, "\(position): \(damage)")
      #expect(decoded.quotes.count == 1, "\(position): \(damage)")
      #expect(decoded.bars.count == 1, "\(position): \(damage)")
      #expect(decoded.counters.badEvents >= 1, "\(position): \(damage)")
      #expect(decoded.counters.badFrames == 1, "\(position): \(damage)")
    }
  }

  @Test func invalidUTF8IsBad() {
    let decoding = FrameDecoding()
    for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
      let frame =
        Array("[\(PolygonText.trade()),{\"ev\":\"status\",\"message\":\"".utf8) + bytes
        + Array("\"},\(PolygonText.quote())]".utf8)
      let decoded = decoding(frame)
      #expect(decoded.events.count == 2)
      #expect(decoded.counters.badEvents == 1)
      #expect(decoded.counters.statuses == 0)
    }
  }

  /// Work on hostile input is bounded: what is behind the bound is counted, not searched.
  @Test func deepAndLongDamage() {
    let decoding = FrameDecoding()
    let deep = Array(("[" + String(repeating: #"{"a":"#, count: 20_000) + "]").utf8)
    #expect(decoding(deep).counters.badEvents >= 1)
    let long = Array(("[" + String(repeating: "{\"a\":\"", count: 300_000)).utf8)
    #expect(decoding(long).counters.badEvents >= 1)
    let open = Array(("[{\"ev\":\"" + String(repeating: "x", count: 100_000) + "," + PolygonText.trade() + "]").utf8)
    #expect(decoding(open).trades.count == 1)
  }

  /// The bound is reached inside one bad event: the rest of the frame is another.
  @Test func whatIsBehindTheBoundIsCounted() {
    let deepest = String(repeating: "x", count: 60_000)
    let nested = String(repeating: #"{"a":"#, count: 50) + "\"\(deepest)\"" + String(repeating: "}", count: 50)
    let decoded = decode(#"[{"ev":"T","a":"# + nested + "},\(PolygonText.trade()),")
    #expect(decoded.counters.accounted == 2)
    #expect(decoded.counters.badEvents == 2)
  }
}
