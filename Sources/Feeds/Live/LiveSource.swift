import Clocks
import MarketModel
import Rings

/// A live vendor as a source of frames: what its sockets brought through a frame ring, and what others know of it through an
/// inbox. It sleeps when there is neither, and hands nothing over twice.
public struct LiveSource: FrameSource, ~Copyable {
  public static var drainsAtStop: Bool { true }
  public let summary: String
  private let frames: FrameRing
  private let inbox: LiveInbox
  private let marks: ConnectionMarks
  private let bell: Doorbell
  private let instruments: InstrumentTable
  private let observations: FeedObservations
  private var reviewer: LiveReview
  private var recovery: LiveRecovery
  private var marked = EventBatch(capacity: 4)
  /// What an earlier life of the process left is told first.
  private var hasResumed = false
  /// A frame was handed over and stands in the ring until it has been looked at.
  private var hasFront = false
  /// The inbox is looked into when the frames received before are through.
  private var inboxPosition: Int?

  /// Longest sleep before somebody else gets a turn on the thread.
  private static let idleMilliseconds: Int32 = 50
  /// Rows of the inbox between one frame and the next.
  private static let inboxRows = 2_048

  /// On the thread that decodes: symbols are interned.
  /// - Parameters:
  ///   - frames: a frame's tag is the raw value of the `FeedIncident.Scope` it came on.
  ///   - bell: rung by whoever fills `frames` or `inbox`; the feed's thread sleeps on no other.
  ///   - marks: where among the frames connections were lost and came back; nil when nobody notes it.
  ///   - filter: which prints are handed over.
  ///   - memory: what an earlier life of the process knew.
  public init(
    summary: String, frames: FrameRing, inbox: LiveInbox, bell: Doorbell, instruments: InstrumentTable,
    observations: FeedObservations, marks: ConnectionMarks? = nil, filter: SymbolFilter, memory: consuming LiveMemory
  ) {
    self.summary = summary
    self.frames = frames
    self.inbox = inbox
    self.marks = marks ?? ConnectionMarks(frames: frames, bell: bell)
    self.bell = bell
    self.instruments = instruments
    self.observations = observations
    for scope in [FeedIncident.Scope.options, .equities] where memory.standing.lostFrom(scope) != .none {
      let standing = memory.standing
      // The engine is not to trust the quotes of then.
      marked.append(
        .incident(
          FeedIncident(
            kind: .disconnected, time: standing.latest(scope), scope: scope, from: standing.lostFrom(scope))))
    }
    reviewer = LiveReview(
      instruments: instruments, observations: observations, filter: filter, memory: memory)
    recovery = LiveRecovery(instruments: instruments, observations: observations)
  }

  public mutating func next() throws(FrameSourceError) -> FrameSourceItem {
    if hasFront {
      hasFront = false
      frames.pop()
    }
    if !hasResumed {
      hasResumed = true
      if marked.count > 0 { return .events(marked.events) }
    }
    if let mark = marks.take() {
      marked.removeAll()
      reviewer.incidents(of: mark, into: &marked)
      return .events(marked.events)
    }
    if let events = takeInbox() { return .events(events) }
    if let frame = takeFrame() { return .frame(frame) }
    if reviewer.awaitsTime { passTime() }
    bell.wait(milliseconds: LiveSource.idleMilliseconds) { !frames.isEmpty || !inbox.isEmpty || !marks.isEmpty }
    return .idle
  }

  /// What the inbox or a mark says goes between the frames.
  public var hasFrameAtHand: Bool { hasFront && frames.hasAnother && inbox.isEmpty && marks.isEmpty }

  public mutating func review(_ batch: inout EventBatch, from first: Int, _ counters: borrowing DecodeCounters) {
    reviewer.review(&batch, from: first, badFrames: counters.badFrames, badEvents: counters.badEvents)
  }

  private mutating func passTime() {
    let monotonic = SystemClock.monotonicNanoseconds
    // A frame that came meanwhile was received before.
    if frames.isEmpty { reviewer.pass(to: monotonic) }
  }

  private mutating func takeFrame() -> UnsafeBufferPointer<UInt8>? {
    guard let frame = frames.front() else { return nil }
    hasFront = true
    // Whoever pushes uses no other tags.
    let scope = FeedIncident.Scope(rawValue: frame.tag) ?? .everything
    reviewer.begin(scope, receivedNanoseconds: frame.receivedNanoseconds, lostBefore: frame.lostBefore)
    return frame.bytes
  }

  /// Items wait until the frames that were there when they were noticed are through: a backlog must not be overtaken by what
  /// is said about its end. A gap that is opened is about frames that are through, and waits for nothing.
  private mutating func takeInbox() -> UnsafeBufferPointer<MarketEvent>? {
    if inbox.hasAnnouncements { return recovery.events(of: inbox.takeAnnouncements(), review: &reviewer) }
    guard !inbox.isEmpty else { return nil }
    let due = inboxPosition ?? frames.endPosition
    guard frames.position >= due || frames.isEmpty else {
      inboxPosition = due
      return nil
    }
    inboxPosition = nil
    let events = recovery.events(of: inbox.take(rows: LiveSource.inboxRows), review: &reviewer)
    return events.isEmpty ? nil : events
  }
}
