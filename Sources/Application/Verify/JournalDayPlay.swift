import FlowEngine
import Journal
import MarketModel
import Storage

/// One day of a journal, played from its beginning through a new engine, with everything that can be held against what was
/// stored of it.
struct JournalDayPlay {
  /// Sums over the prints, as a store has them.
  private(set) var sums = SessionSums()
  private(set) var detections = DetectionCounts()
  private(set) var events: Int64 = 0
  /// The engine's state at the end.
  private(set) var digest: UInt64 = 0
  /// Digests at the places that were asked for, by events of the day; a place behind the end has none.
  private(set) var digests: [Int64: UInt64] = [:]
  /// Where events are missing in the journal: from the first such place on digests cannot be compared.
  private(set) var firstHole: Int64?
  private(set) var missingEvents: Int64 = 0

  /// - Parameters:
  ///   - places: numbers of events after which the digest is wanted.
  ///   - progress: told bytes read and bytes in total, now and then.
  init(
    _ archive: JournalArchive, _ date: MarketDate, digestsAt places: [Int64], progress: (Int, Int) -> Void
  ) throws(JournalError) {
    let instruments = InstrumentTable()
    var reader = try archive.read(date, into: instruments)
    var engine = FlowEngine(configuration: .product, instruments: instruments)
    var outputs = OutputBuffer()
    var wanted = places.sorted()[...]
    var cancelled: Set<Int64> = []
    var blocks = 0
    while let block = try reader.next() {
      if block.missingBefore > 0, firstHole == nil { firstHole = events }
      var rest = block.events
      while !rest.isEmpty {
        let length = min(rest.count, wanted.first.map { Int(clamping: max(0, $0 - events)) } ?? rest.count)
        engine.process(UnsafeBufferPointer(rebasing: rest[..<length]), into: &outputs)
        events += Int64(length)
        rest = UnsafeBufferPointer(rebasing: rest[length...])
        while let place = wanted.first, place <= events {
          digests[place] = engine.stateDigest()
          wanted.removeFirst()
        }
      }
      for output in outputs.outputs { add(output, &cancelled) }
      outputs.removeAll()
      blocks += 1
      if blocks & 0xFF == 0 { progress(Int(reader.bytesRead), Int(reader.totalBytes)) }
    }
    sums.cancelled = Int64(cancelled.count)
    missingEvents = reader.missingEvents
    digest = engine.stateDigest()
  }

  private mutating func add(_ output: FlowOutput, _ cancelled: inout Set<Int64>) {
    switch output {
    case .print(let print):
      sums[print.side].add(
        SessionSums.Part(prints: 1, size: Int64(print.trade.size), premiumMicros: print.premiumMicros))
    case .cancellation(let cancellation):
      if cancellation.cancelledNumber > 0 { cancelled.insert(cancellation.cancelledNumber) }
    case .detection(let detection): detections.add(detection)
    case .minuteBar, .openInterest, .sessionReset, .incident, .digest, .detectionLeg: break
    }
  }
}
