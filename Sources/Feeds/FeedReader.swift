import MarketModel

/// The door: pulls from a source, decodes, adds the clock. Whatever the source, what comes out of here is what the engine sees.
public struct FeedReader<Source: FrameSource & ~Copyable>: ~Copyable {
  public private(set) var source: Source
  public private(set) var decoder: PolygonDecoder
  /// The events of the latest step.
  public private(set) var batch = EventBatch()
  private var clock = StreamClock()
  private var isEnded = false

  public init(source: consuming Source, instruments: InstrumentTable) {
    self.source = source
    decoder = PolygonDecoder(instruments: instruments)
  }

  /// Replaces the batch with the events of the next frame; at the end of the source once with the incident that says so.
  /// - Returns: false when there is nothing more.
  @inline(__always)
  public mutating func next() throws(FrameSourceError) -> Bool {
    batch.removeAll()
    switch try source.next() {
    case .frame(let frame): decoder.decode(frame, into: &batch)
    case .events(let events): for event in events { batch.append(event) }
    case .end: return end()
    }
    clock.tick(&batch, from: 0)
    return true
  }

  /// Appends the events of a frame that somebody entered by hand; its trades are marked. The latest step's batch stays as it is.
  public mutating func inject(_ frame: UnsafeBufferPointer<UInt8>, into injected: inout EventBatch) {
    let first = injected.count
    decoder.decode(frame, into: &injected, flags: .injected)
    clock.tick(&injected, from: first)
  }

  @inline(never)
  private mutating func end() -> Bool {
    guard !isEnded else { return false }
    isEnded = true
    batch.append(.incident(FeedIncident(kind: .ended, time: .none)))
    return true
  }
}
