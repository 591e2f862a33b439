import Clocks
import Journal
import MarketModel
import Rings

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The journal keeps in memory what the disk refuses, up to its bound. Half of it is for what is under way; beyond, nothing more
/// is taken, so that no event ever passes unrecorded: what the vendor sends meanwhile waits in the frame ring and then at the
/// vendor, and what is lost there is a gap like any other.
struct JournalRoom: Sendable {
  let status: JournalStatus
  /// What the journal holds at most.
  let bytes: Int

  var isThere: Bool { status.heldBytes <= Int64(bytes) / 2 }
}

/// The feed thread's way to the engine: what comes is recorded first, where there is a journal, and waits when the ring is full.
struct EventDoor: ~Copyable {
  private let ring: SPSCRing<MarketEvent>
  private let engineBell: Doorbell
  private let gauges: IngestGauges
  private let isStopping: @Sendable () -> Bool
  private var journal: JournalAppender?
  private let room: JournalRoom?

  /// What is recorded is taken together up to so many events, when they are there already: one block of the journal and one
  /// write for some hundred frames of a feed that is behind. A block of so many has about 50 KB.
  static let recordedEvents = 1_024
  /// Told to stop, it waits this long for the engine to make room.
  static let drainNanoseconds: Int64 = 2_000_000_000
  private static let pauseMicroseconds: UInt32 = 200

  init(
    ring: SPSCRing<MarketEvent>, engineBell: Doorbell, gauges: IngestGauges, isStopping: @escaping @Sendable () -> Bool,
    journal: consuming JournalAppender? = nil, room: JournalRoom? = nil
  ) {
    self.ring = ring
    self.engineBell = engineBell
    self.gauges = gauges
    self.isStopping = isStopping
    self.journal = journal
    self.room = room
  }

  /// How many events are worth taking together; 0 where frame by frame is as good.
  var gathers: Int { journal == nil ? 0 : EventDoor.recordedEvents }

  /// Records events and hands them to the engine.
  mutating func push(_ events: UnsafeBufferPointer<MarketEvent>) {
    if events.isEmpty { return }
    journal?.append(events, receivedNanoseconds: SystemClock.wallNanoseconds)
    handOver(events)
  }

  /// Hands events to the engine; those of the journal itself are not recorded again.
  func handOver(_ events: UnsafeBufferPointer<MarketEvent>) {
    var rest = events
    var patience = EventDoor.drainNanoseconds / (Int64(EventDoor.pauseMicroseconds) * 1000)
    while !rest.isEmpty {
      let taken = ring.push(rest)
      engineBell.ring()
      rest = UnsafeBufferPointer(rebasing: rest[taken...])
      guard !rest.isEmpty else { return }
      // The engine outlives this thread: it makes room, unless the disk holds it up.
      if isStopping() { patience -= 1 }
      if patience == 0 { return }
      gauges.noteWait()
      usleep(EventDoor.pauseMicroseconds)
    }
  }

  /// Waits while the journal has no room for more; not when the thread is to stop.
  func waitForJournal() {
    guard let room else { return }
    while !room.isThere, !isStopping() {
      gauges.noteWait()
      usleep(EventDoor.pauseMicroseconds)
    }
  }
}
