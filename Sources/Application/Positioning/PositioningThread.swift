import Clocks
import FlowEngine
import MarketModel
import Positioning
import Rings
import Server
import Synchronization

/// Works out where dealers stand, every few seconds, beside the road: asks the engine for a copy of its state and does the rest
/// by itself.
final class PositioningThread: Sendable {
  struct Connections: Sendable {
    var instruments: InstrumentTable
    /// Lends snapshots to the engine; this thread is the only reader.
    var snapshots: Exchange<FlowSnapshot>
    var greeks: GreeksRule
    /// From the end of a round to the beginning of the next.
    var intervalMilliseconds: Int32
  }

  private struct State {
    var board = PositioningBoard()
    var facts: PositioningFacts
    /// Monotonic end of the last round; before the first the start.
    var lastRound: Int64
  }

  /// Levels that prices have crossed, on their way to whoever alerts people. What finds it full is counted.
  private let crossings = SPSCRing<LevelCrossing>(capacity: Limits.levelCrossings)
  private let connections: Connections
  private let state: Mutex<State>
  private let bell = Doorbell()
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)
  /// How long an engine that is busy is waited for; it may wait for the disk itself.
  private static let patienceNanoseconds: Int64 = 5_000_000_000

  init(_ connections: Connections) {
    self.connections = connections
    state = Mutex(
      State(
        facts: PositioningFacts(intervalSeconds: Double(connections.intervalMilliseconds) / 1000),
        lastRound: SystemClock.monotonicNanoseconds))
  }

  /// As last worked out. Any thread; a moment's lock.
  var board: PositioningBoard { state.withLock { $0.board } }

  var facts: PositioningFacts {
    let now = SystemClock.monotonicNanoseconds
    return state.withLock { state in
      var facts = state.facts
      facts.ageSeconds = Double(max(0, now - state.lastRound)) / 1e9
      return facts
    }
  }

  /// Levels that prices have crossed since the last call, oldest first; for one thread only.
  func takeLevelCrossings() -> [LevelCrossing] {
    var taken: [LevelCrossing] = []
    _ = crossings.consume { taken += $0 }
    return taken
  }

  func start() {
    state.withLock { $0.lastRound = SystemClock.monotonicNanoseconds }
    thread.withLock { thread in
      precondition(thread == nil, "PositioningThread: started twice")
      thread = WorkerThread("positioning", .patient) { [self] in run() }
    }
  }

  /// Ends the thread; a round under way is finished.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    bell.ring()
    thread.withLock { $0 }?.join()
  }

  private func run() {
    var desk = PositioningDesk(instruments: connections.instruments, greeks: connections.greeks)
    var spare: FlowSnapshot? = FlowSnapshot(.withOpenInterest)
    var asked = SystemClock.monotonicNanoseconds
    while !isStopping.load(ordering: .acquiring) {
      if let object = spare, connections.snapshots.request(object) {
        spare = nil
        asked = SystemClock.monotonicNanoseconds
      }
      if let filled = answer() {
        lookAt(filled, asked, &desk)
        spare = filled
      }
      sleep(milliseconds: connections.intervalMilliseconds)
    }
  }

  /// The engine's answer; nil when it is too busy, or the thread is to stop.
  private func answer() -> FlowSnapshot? {
    let deadline = SystemClock.monotonicNanoseconds + PositioningThread.patienceNanoseconds
    var pause: Int32 = 1
    while !isStopping.load(ordering: .acquiring) {
      if let filled = connections.snapshots.take() { return filled }
      if SystemClock.monotonicNanoseconds >= deadline { return nil }
      sleep(milliseconds: pause)
      pause = min(2 * pause, 100)
    }
    return nil
  }

  private func sleep(milliseconds: Int32) {
    bell.wait(milliseconds: milliseconds) { isStopping.load(ordering: .acquiring) }
  }

  private func lookAt(_ snapshot: FlowSnapshot, _ asked: Int64, _ desk: inout PositioningDesk) {
    let start = SystemClock.monotonicNanoseconds
    guard snapshot.session != nil else {
      // Before the first event there is nothing to say.
      return state.withLock { $0.lastRound = start }
    }
    let deadline = start + Limits.positioningRoundMilliseconds * 1_000_000
    let round = desk.look(at: snapshot, captured: asked) { SystemClock.monotonicNanoseconds >= deadline }
    let missed = round.crossings.reduce(0) { crossings.push($1) ? $0 : $0 + 1 }
    let end = SystemClock.monotonicNanoseconds
    let board = desk.board
    state.withLock { state in
      state.board = board
      state.lastRound = end
      state.facts.rounds = board.rounds
      state.facts.lastRound = Timestamp(nanoseconds: SystemClock.wallNanoseconds)
      state.facts.milliseconds = Double(end - start) / 1e6
      state.facts.underlyings = round.underlyings
      state.facts.contracts = round.contracts
      state.facts.skipped = round.skipped
      state.facts.crossings += Int64(round.crossings.count)
      state.facts.missedCrossings += Int64(missed)
    }
  }
}
