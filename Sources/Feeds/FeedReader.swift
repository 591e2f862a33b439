import MarketModel

/// The door: pulls from a source, decodes, adds the clock. Whatever the source, what comes out of here is what the engine sees.
public struct FeedReader<Source: FrameSource & ~Copyable>: ~Copyable {
  public private(set) var source: Source
  public private(set) var decoder: PolygonDecoder
  /// The events of the latest step.
  public private(set) var batch = EventBatch()
  private var clock = StreamClock()
  /// Events of the source that are not handed out yet; valid until its next call.
  private var pending = UnsafeBufferPointer<MarketEvent>(start: nil, count: 0)
  private var isEnded = false
  /// What comes has its clock and its incidents already.
  private var isRecorded = false
  /// The latest step found that the source has nothing at the moment.
  public private(set) var isIdle = false

  /// Rows of a file are handed out in stretches this long, so that a player can keep their pace.
  private static var stretchNanoseconds: Int64 { 20_000_000 }

  public init(source: consuming Source, instruments: InstrumentTable) {
    self.source = source
    decoder = PolygonDecoder(instruments: instruments)
  }

  /// Stream time so far; `.none` before the first event that has one.
  public var streamTime: Timestamp { clock.time }

  /// Replaces the batch with the events of the next frame; at the end of the source once with the incident that says so, unless
  /// the source's events are what an engine had.
  /// - Parameter most: frames that are at hand are put behind one another until there are so many events; nothing is waited
  ///   for. The events are the same as frame by frame.
  /// - Returns: false when there is nothing more.
  @inline(__always)
  public mutating func next(gathering most: Int = 0) throws(FrameSourceError) -> Bool {
    batch.removeAll()
    isIdle = false
    while pending.isEmpty {
      let first = batch.count
      switch try source.next() {
      case .frame(let frame):
        decoder.decode(frame, into: &batch)
        source.review(&batch, from: first, decoder.counters)
        clock.tick(&batch, from: first)
        if batch.count < most, source.hasFrameAtHand { continue }
        return true
      case .events(let events): pending = events
      case .recorded(let events):
        pending = events
        isRecorded = true
      case .idle:
        isIdle = true
        return true
      case .end: return end() || batch.count > 0
      }
      // They came between frames: a step of their own.
      if first > 0 || pending.isEmpty { return true }
    }
    takeStretch()
    if isRecorded { clock.follow(batch.events) } else { clock.tick(&batch, from: 0) }
    return true
  }

  /// Appends the events of a frame that somebody entered by hand; its trades are marked. The latest step's batch stays as it is.
  public mutating func inject(_ frame: UnsafeBufferPointer<UInt8>, into injected: inout EventBatch) {
    let first = injected.count
    decoder.decode(frame, into: &injected, flags: .injected)
    clock.tick(&injected, from: first)
  }

  @inline(never)
  private mutating func takeStretch() {
    var taken = 0
    var start: Timestamp?
    for event in pending {
      if let time = event.time {
        if let start, time - start >= FeedReader.stretchNanoseconds { break }
        if start == nil { start = time }
      }
      batch.append(event)
      taken += 1
    }
    pending = UnsafeBufferPointer(rebasing: pending[taken...])
  }

  @inline(never)
  private mutating func end() -> Bool {
    guard !isEnded else { return false }
    isEnded = true
    guard !isRecorded else { return false }
    batch.append(.incident(FeedIncident(kind: .ended, time: clock.time)))
    return true
  }
}
