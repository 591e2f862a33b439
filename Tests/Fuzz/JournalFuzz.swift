// libFuzzer target of the journal's reader: scripts/fuzz-journal builds and runs it. Any bytes are a segment file: as they come,
// and with the checksums put right, so that what lies behind them is reached, too. Whatever they are, reading ends, in order,
// within the memory that it may read.
import Journal
import MarketModel

private let directory = "/dev/shm/marketflow-fuzz-journal"
private let name = SegmentName(day: MarketDate(daysSinceEpoch: 20_000), number: 1)
private let id = JournalID(high: 1, low: 2)
private let folder = JournalFolder(path: directory)

/// Puts right what a header and the blocks behind it say of their place and their bytes, as far as lengths lead.
private func mend(_ bytes: UnsafeMutableRawBufferPointer) {
  guard let base = bytes.baseAddress, bytes.count >= SegmentHeader.fixedBytes else { return }
  let header = SegmentHeader(id: id, name: name, firstEvent: 0, stream: StreamMark(), createdNanoseconds: 0, source: "")
  let symbols = Int(bytes[0]) % 4
  let encoded = header.encoded(symbols: symbols) { SymbolText("S\($0)") ?? SymbolText(words: .zero) }
  guard bytes.count >= encoded.count else { return }
  bytes.copyBytes(from: encoded)
  var offset = encoded.count
  var position: Int64 = 0
  while bytes.count - offset >= BlockHeader.bytes {
    let block = base + offset
    let wanted = Int(UnsafeRawPointer(block).get(UInt16.self, at: 4))
    let length = min(max(BlockHeader.bytes, wanted), bytes.count - offset)
    let events = Int(UnsafeRawPointer(block).get(UInt8.self, at: 32))
    BlockHeader(
      length: length, firstEvent: position, receivedNanoseconds: 0, events: events,
      symbols: UInt32(UnsafeRawPointer(block).get(UInt8.self, at: 36)), missingEvents: 0
    ).seal(block, seed: name.seed(id))
    position += Int64(events)
    offset += length
  }
}

private func read() {
  do throws(JournalError) {
    var reader = try JournalReader(
      folder, id: id, day: name.day, from: 0, instruments: InstrumentTable(capacity: 1 << 10))
    var next: Int64 = 0
    while let block = try reader.next() {
      precondition(block.firstEvent == next + block.missingBefore, "events out of order")
      next = block.firstEvent + Int64(block.events.count)
      precondition(reader.eventsRead == next, "events are not counted")
      for case .trade(let trade) in block.events {
        precondition(trade.instrument.index < 1 << 10, "an instrument that nobody named")
      }
    }
  } catch {
    precondition(!error.description.isEmpty)
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJournal(_ input: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  do throws(JournalError) {
    try JournalFolder.make(folder.dayPath(name.day))
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { bytes.deallocate() }
    bytes.copyMemory(from: UnsafeRawBufferPointer(start: input, count: count))
    for isMended in [false, true] {
      if isMended { mend(bytes) }
      try OpenFile(making: folder.plainPath(name)).write(UnsafeRawBufferPointer(bytes), at: 0)
      read()
    }
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}
