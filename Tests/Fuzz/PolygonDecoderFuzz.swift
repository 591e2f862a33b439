// libFuzzer target of the Polygon decoder: scripts/fuzz builds and runs it. Any bytes are a frame. Both ways through the
// decoder must say the same, count what they were given, and stay within the memory that they may read.
import Feeds
import MarketModel

/// Outlives a run, so that symbols become known and the quick way is taken.
nonisolated(unsafe) private var instruments = InstrumentTable(capacity: 1 << 12)

private func decode(_ frame: UnsafeBufferPointer<UInt8>, usesLayoutScanner: Bool) -> ([MarketEvent], DecodeCounters) {
  var decoder = PolygonDecoder(instruments: instruments, usesLayoutScanner: usesLayoutScanner)
  var batch = EventBatch(capacity: 1)
  decoder.decode(frame, into: &batch)
  var counters = decoder.counters
  counters.reparsedFrames = 0
  return (Array(batch.events), counters)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPolygonDecoder(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  if instruments.count > instruments.capacity / 2 { instruments = InstrumentTable(capacity: 1 << 12) }
  if instruments.count == 0 { for symbol in ["AAPL", "O:SPY251216C00572000"] { _ = instruments.intern(symbol) } }
  // Exactly as much as may be read: the address sanitizer sees one byte more.
  let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: count + frameSourcePadding)
  defer { memory.deallocate() }
  memory.initialize(repeating: UInt8(ascii: "9"), count: count + frameSourcePadding)
  memory.update(from: bytes, count: count)
  let frame = UnsafeBufferPointer(start: memory, count: count)
  let (quickEvents, quick) = decode(frame, usesLayoutScanner: true)
  let (plainEvents, plain) = decode(frame, usesLayoutScanner: false)
  precondition(quickEvents == plainEvents, "the two ways give different events")
  precondition(quick == plain, "the two ways count differently: \(quick) and \(plain)")
  precondition(plain.events == Int64(plainEvents.count), "events are not counted")
  precondition(plain.badFrames == 0 || plain.badEvents > 0, "a bad frame without a bad event")
  for event in plainEvents {
    switch event {
    case .trade(let trade): precondition(trade.price.micros > 0, "a print without a price")
    case .quote(let quote): precondition(quote.bid.micros >= 0 && quote.ask.micros >= 0, "a negative quote")
    case .bar: break
    case .reference, .clock, .incident: preconditionFailure("a frame gave an event that frames do not carry")
    }
  }
  return 0
}
