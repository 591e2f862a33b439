import FlowEngine
import Journal
import MarketModel
import Storage

/// One day of a journal, played from its beginning through a new engine, with everything that can be held against what was
/// stored of it.
struct JournalDayPlay {
  /// What is wanted of a play.
  struct Wish {
    /// Numbers of events after which the digest is wanted.
    var digestPlaces: [Int64] = []
    /// Prints of the day that are summed up, from its first; nil for all.
    var prints: Int64?
    /// Another day has followed: what its first event makes the engine say about this one is wanted, too.
    var isOver = false
  }

  /// Sums over the prints that are wanted, as a store has them.
  private(set) var sums = SessionSums()
  /// Prints of them that were void when the last of them came. Cancellations between it and the print behind may be in a store
  /// that has no more prints, or not; with them there are as many as `sums` says.
  private(set) var fewestCancelled: Int64 = 0
  private(set) var rest: PlayedRest
  private(set) var detections = DetectionCounts()
  private(set) var events: Int64 = 0
  /// Of the whole day.
  private(set) var prints: Int64 = 0
  /// The engine's state at the end.
  private(set) var digest: UInt64 = 0
  /// Digests at the places that were asked for, by events of the day; a place behind the end has none.
  private(set) var digests: [Int64: UInt64] = [:]
  /// Where events are missing in the journal: from the first such place on digests cannot be compared.
  private(set) var firstHole: Int64?
  private(set) var missingEvents: Int64 = 0

  private let wish: Wish
  private var cancelled: Set<Int64> = []

  /// - Parameter progress: told bytes read and bytes in total, now and then.
  init(
    _ archive: JournalArchive, _ date: MarketDate, _ wish: Wish, progress: (Int, Int) -> Void
  ) throws(JournalError) {
    self.wish = wish
    let instruments = InstrumentTable()
    rest = PlayedRest(instruments: instruments)
    var reader = try archive.read(date, into: instruments)
    var engine = FlowEngine(configuration: .product, instruments: instruments)
    var outputs = OutputBuffer()
    var wanted = wish.digestPlaces.sorted()[...]
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
      take(&outputs)
      blocks += 1
      if blocks & 0xFF == 0 { progress(Int(reader.bytesRead), Int(reader.totalBytes)) }
    }
    missingEvents = reader.missingEvents
    digest = engine.stateDigest()
    if wish.isOver {
      let next = TradingCalendar.sessionBoundary(after: Timestamp(newYork: date, hour: 12))
      engine.process(.clock(next), into: &outputs)
      take(&outputs)
    }
    sums.cancelled = Int64(cancelled.count)
    if wish.prints.map({ prints < $0 }) ?? true { fewestCancelled = sums.cancelled }
  }

  private mutating func take(_ outputs: inout OutputBuffer) {
    for output in outputs.outputs { add(output) }
    outputs.removeAll()
  }

  private mutating func add(_ output: FlowOutput) {
    switch output {
    case .print(let print):
      prints += 1
      if let last = wish.prints, prints > last { return }
      sums[print.side].add(
        SessionSums.Part(prints: 1, size: Int64(print.trade.size), premiumMicros: print.premiumMicros))
      if prints == wish.prints { fewestCancelled = Int64(cancelled.count) }
    case .cancellation(let cancellation):
      if let last = wish.prints, prints > last { return }
      if cancellation.cancelledNumber > 0 { cancelled.insert(cancellation.cancelledNumber) }
    case .minuteBar, .openInterest, .incident: rest.add(output)
    case .detection(let detection): detections.add(detection)
    case .sessionReset, .digest, .detectionLeg: break
    }
  }
}
