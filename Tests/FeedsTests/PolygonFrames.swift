import MarketModel

@testable import Feeds

/// The same seed gives the same frames on every machine.
struct FrameGenerator: RandomNumberGenerator {
  private var random: SplitMix64
  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }
  mutating func integer(digits: ClosedRange<Int>) -> String {
    let count = Int.random(in: digits, using: &self)
    let first = Int.random(in: (count == 1 ? 0 : 1)...9, using: &self)
    return "\(first)" + (1..<count).map { _ in "\(Int.random(in: 0...9, using: &self))" }.joined()
  }
  mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &self)] }
}

/// What one frame gave.
struct Decoded: Equatable {
  var events: [MarketEvent] = []
  var counters = DecodeCounters()
  var statuses: [PolygonStatus] = []

  var trades: [Trade] { events.compactMap { if case .trade(let trade) = $0 { trade } else { nil } } }
  var quotes: [Quote] { events.compactMap { if case .quote(let quote) = $0 { quote } else { nil } } }
  var bars: [Bar] { events.compactMap { if case .bar(let bar) = $0 { bar } else { nil } } }
}

extension DecodeCounters {
  /// Everything a frame's events can have become.
  var accounted: Int64 { events + unknownEvents + statuses + badEvents }
}

/// A decoder with its padding and its batch.
final class FrameDecoding {
  let instruments: InstrumentTable
  private(set) var decoder: PolygonDecoder

  init(instruments: InstrumentTable = InstrumentTable(capacity: 4096), usesLayoutScanner: Bool = true) {
    self.instruments = instruments
    decoder = PolygonDecoder(instruments: instruments, usesLayoutScanner: usesLayoutScanner)
  }

  /// - Returns: the frame's events and what the counters moved by; `lastBadReason` as it is.
  func callAsFunction(
    _ frame: some Collection<UInt8>, flags: TradeFlags = [], padding: [UInt8] = []
  ) -> Decoded {
    var batch = EventBatch(capacity: 1)
    let before = decoder.counters
    let bytes = Array(frame) + padding + [UInt8](repeating: 0, count: frameSourcePadding)
    bytes.withUnsafeBufferPointer { bytes in
      decoder.decode(UnsafeBufferPointer(rebasing: bytes[..<frame.count]), into: &batch, flags: flags)
    }
    var result = Decoded(events: Array(batch.events), counters: decoder.counters, statuses: decoder.statuses)
    result.counters.frames -= before.frames
    result.counters.events -= before.events
    result.counters.badFrames -= before.badFrames
    result.counters.badEvents -= before.badEvents
    result.counters.unknownEvents -= before.unknownEvents
    result.counters.statuses -= before.statuses
    result.counters.reparsedFrames -= before.reparsedFrames
    return result
  }

  func callAsFunction(_ text: String, flags: TradeFlags = []) -> Decoded { self(Array(text.utf8), flags: flags) }
}

/// Decodes one frame with a fresh decoder.
func decode(_ text: String, usesLayoutScanner: Bool = true, flags: TradeFlags = []) -> Decoded {
  let decoding = FrameDecoding(usesLayoutScanner: usesLayoutScanner)
  return decoding(text, flags: flags)
}

/// Events as the vendor writes them, and near misses.
enum PolygonText {
  static let symbols = [
    "O:SPY251216C00572000", "O:F280121P00012500", "O:GOOGL1251216C00150000", "O:AAPL251219C00230000",
    "O:QQQ251216P00505000",
  ]

  static func trade(
    symbol: String = symbols[0], venue: String = "302", price: String = "1.54", size: String = "1",
    conditions: String = "[209]", time: String = "1765895400000", sequence: String = "1002"
  ) -> String {
    #"{"ev":"T","sym":"\#(symbol)","x":\#(venue),"p":\#(price),"s":\#(size),"c":\#(conditions),"t":\#(time),"q":\#(sequence)}"#
  }

  static func quote(
    symbol: String = symbols[0], bidVenue: String = "302", askVenue: String = "303", bid: String = "9.71",
    ask: String = "9.81", bidSize: String = "17", askSize: String = "24", time: String = "1644506128351",
    sequence: String = "844090872"
  ) -> String {
    #"{"ev":"Q","sym":"\#(symbol)","bx":\#(bidVenue),"ax":\#(askVenue),"bp":\#(bid),"ap":\#(ask),"#
      + #""bs":\#(bidSize),"as":\#(askSize),"t":\#(time),"q":\#(sequence)}"#
  }

  static func bar(kind: String = "A", symbol: String = "AAPL") -> String {
    #"{"ev":"\#(kind)","sym":"\#(symbol)","v":200,"av":8642007,"op":25.66,"vw":25.3981,"o":25.39,"c":25.4,"h":25.41,"#
      + #""l":25.38,"a":25.3714,"z":50,"s":1610144868000,"e":1610144869000}"#
  }

  /// A print or quote in the vendor's layout, with numbers up to the widest forms the layout takes.
  static func ordinary(_ random: inout FrameGenerator) -> String {
    let symbol = random.pick(symbols)
    func price(_ random: inout FrameGenerator) -> String {
      random.integer(digits: 1...8)
        + (random.chance(3) ? "" : "." + random.pick(["5", "05", "25", "000001", "999999", "120"]))
    }
    let time = random.pick(["1", "2", "3"]) + (0..<12).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
    if random.chance(2) {
      let ids = (0..<Int.random(in: 1...8, using: &random)).map { _ in random.integer(digits: 1...4) }
      return trade(
        symbol: symbol, venue: "\(UInt16.random(in: 0...999, using: &random))", price: price(&random),
        size: random.integer(digits: 1...5), conditions: "[" + ids.joined(separator: ",") + "]", time: time,
        sequence: random.integer(digits: 1...16))
    }
    return quote(
      symbol: symbol, bidVenue: random.integer(digits: 1...4), askVenue: random.integer(digits: 1...4),
      bid: price(&random),
      ask: price(&random), bidSize: random.integer(digits: 1...8), askSize: random.integer(digits: 1...8), time: time,
      sequence: random.integer(digits: 1...16))
  }

  /// Anything the vendor may send.
  static func any(_ random: inout FrameGenerator) -> String {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bar(kind: random.pick(["A", "AM"]))
    case 1:
      #"{"ev":"T","sym":"AAPL","x":4,"i":"5","z":3,"p":187.18,"s":2,"c":[14,37],"t":1704205800011,"q":14920,"trfi":202}"#
    case 2: #"{"ev":"status","status":"connected","message":"Connected \"here\""}"#
    case 3: #"{"ev":"LULD","T":"MSFT","h":218.27,"l":197.55,"i":[17],"nested":{"a":[1,{"b":2}]}}"#
    default: ordinary(&random)
    }
  }

  static func frame(_ events: [String]) -> [UInt8] { Array(("[" + events.joined(separator: ",") + "]").utf8) }
}
