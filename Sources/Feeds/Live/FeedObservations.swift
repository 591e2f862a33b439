import MarketModel
import Synchronization

/// What the feed's thread sees of a live stream, for those who watch over it: written there, read from any thread.
public final class FeedObservations: Sendable {
  /// The last price of an underlying, from its prints.
  public struct Spot: Hashable, Sendable {
    public var price: Price
    public var time: Timestamp
  }

  /// Part of a stream that could not be read, or found no room.
  public struct Damage: Hashable, Sendable {
    public var scope: FeedIncident.Scope
    /// Stream time: all that came before is good.
    public var from: Timestamp
    /// Stream time of the latest event known to be affected.
    public var to: Timestamp
  }

  /// What became of what came, since the start.
  public struct Counts: Hashable, Sendable {
    /// Prints that came twice over the socket.
    public var duplicates = 0
    /// Prints of underlyings that nobody follows.
    public var filteredOut = 0
    /// Prints that only the vendor's history had.
    public var recovered = 0
    /// Rows of the history that had come over the socket.
    public var recoveredAgain = 0
    /// Rows of the history too old to be told from what was handed over: left out.
    public var recoveredTooOld = 0
    /// Gaps that are closed, with all that was found for them handed over.
    public var gapsFilled = 0
    /// Gaps given up, or with rows that had to be left out.
    public var gapsUnfilled = 0
    /// Frames with something in them that could not be read.
    public var damagedFrames = 0
    /// Frames that found the frame ring full.
    public var lostFrames = 0
    /// Reference data and history of symbols that are none, or that the symbol table has no room for.
    public var refusedSymbols = 0
    public init() {}
  }

  /// The underlyings whose prices are noted.
  public let spotSymbols: [String]
  private let spots: Mutex<[Spot?]>
  private let damage = Mutex<[Damage]>([])
  private let damageCount = Atomic<Int>(0)
  private let streams = (everything: StreamMarks(), options: StreamMarks(), equities: StreamMarks())
  private let counts = Mutex(Counts())

  /// A stream's newest event, and when the frame that brought it was received.
  public struct Newest: Hashable, Sendable {
    public var time: Timestamp
    /// Monotonic.
    public var receivedNanoseconds: Int64
  }

  private final class StreamMarks: Sendable {
    let received = Atomic<Int64>(0)
    /// Both together, or the clock they make would jump.
    let newest = Mutex<Newest?>(nil)
  }

  /// - Parameter spotSymbols: underlyings whose prices are noted.
  public init(spotSymbols: [String]) {
    self.spotSymbols = spotSymbols
    spots = Mutex(Array(repeating: nil, count: spotSymbols.count))
  }

  // MARK: Readers

  /// When the stream's latest frame that was looked at had been received: monotonic nanoseconds, nil before the first.
  public func lastReceivedNanoseconds(_ scope: FeedIncident.Scope) -> Int64? {
    let value = marks(scope).received.load(ordering: .relaxed)
    return value == 0 ? nil : value
  }

  /// Time of the stream's latest event; nil before the first.
  public func lastEventTime(_ scope: FeedIncident.Scope) -> Timestamp? { newest(scope)?.time }

  /// The stream's newest event; nil before the first.
  public func newest(_ scope: FeedIncident.Scope) -> Newest? { marks(scope).newest.withLock { $0 } }

  /// The market's clock at a monotonic moment, as the streams tell it: the newest event and the time since it was received;
  /// nil before the first event of any stream.
  public func marketTime(at monotonic: Int64) -> Timestamp? {
    FeedIncident.Scope.allCases.compactMap { newest($0) }
      .map { $0.time.adding(nanoseconds: monotonic - $0.receivedNanoseconds) }.max()
  }

  /// The last price of an underlying; nil before its first print, or when it is not one of `spotSymbols`.
  public func spot(_ symbol: String) -> Spot? {
    guard let index = spotSymbols.firstIndex(of: symbol) else { return nil }
    return spots.withLock { $0[index] }
  }

  /// Grows with every report of damage: cheap to ask often.
  public var damageReports: Int { damageCount.load(ordering: .acquiring) }

  /// The reports that wait, oldest first; they are gone then.
  public func takeDamage() -> [Damage] {
    damage.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }

  public var currentCounts: Counts { counts.withLock { $0 } }

  // MARK: Feed's thread

  func noteFrame(_ scope: FeedIncident.Scope, receivedNanoseconds: Int64) {
    marks(scope).received.store(receivedNanoseconds, ordering: .relaxed)
  }

  func noteEvent(_ scope: FeedIncident.Scope, _ time: Timestamp, receivedNanoseconds: Int64) {
    marks(scope).newest.withLock { $0 = Newest(time: time, receivedNanoseconds: receivedNanoseconds) }
  }

  func noteSpot(_ index: Int, _ spot: Spot) { spots.withLock { $0[index] = spot } }

  func noteDamage(_ new: Damage) {
    damage.withLock { waiting in
      if let last = waiting.last, last.scope == new.scope,
        new.from - last.to < FeedObservations.joinNanoseconds || waiting.count >= Limits.damageReports
      {
        waiting[waiting.count - 1].from = min(last.from, new.from)
        waiting[waiting.count - 1].to = max(last.to, new.to)
      } else if waiting.count >= Limits.damageReports, let last = waiting.last {
        // No room for a report of its own: the last one becomes one about everything.
        waiting[waiting.count - 1] = Damage(
          scope: .everything, from: min(last.from, new.from), to: max(last.to, new.to))
      } else {
        waiting.append(new)
      }
    }
    damageCount.wrappingAdd(1, ordering: .releasing)
  }

  func count(_ change: (inout Counts) -> Void) { counts.withLock { change(&$0) } }

  /// Damage so close together is one report.
  private static let joinNanoseconds: Int64 = 2_000_000_000

  @inline(__always)
  private func marks(_ scope: FeedIncident.Scope) -> StreamMarks {
    switch scope {
    case .everything: streams.everything
    case .options: streams.options
    case .equities: streams.equities
    }
  }
}
