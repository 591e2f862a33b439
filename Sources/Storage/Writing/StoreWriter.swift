import Clocks
import FlowEngine
import Logging
import MarketModel
import Rings
import Synchronization

/// Writes the engine's outputs on a thread of its own. The engine only copies them into a ring and never waits.
///
///     let writer = try store.makeWriter(instruments: instruments, log: log)
///     let run = try writer.begin(IngestSource(source: "demo", fingerprint: "demo-7", resumable: true))
///     let taken = writer.offer(outputs)        // engine thread
///     try writer.close(finished: true)
public final class StoreWriter: Sendable {
  public let counters = StoreCounters()
  /// Outputs waiting in the queue, and how many fit.
  public var queueDepth: Int { ring.count }
  public var queueCapacity: Int { ring.capacity }
  public let path: String
  /// Age of the oldest output that is not on the disk yet; 0 when there is none. At least 1 while anything offered waits, in the queue or in
  /// a batch: who reads 0 may ask the file.
  public var lagMilliseconds: Int64 {
    // Read in this order: what is committed was offered.
    let committed = counters.committedOutputs
    return offered.load(ordering: .relaxed) == committed ? 0 : max(1, counters.batchAgeMilliseconds)
  }

  private let ring: SPSCRing<FlowOutput>
  private let signals: WriterSignals
  /// Nil once closed: the connection goes with it, so that the file is free when the store is gone.
  private let loop: Mutex<WriterLoop?>
  private let thread = Mutex<WorkerThread?>(nil)
  private let offered = Atomic<Int64>(0)
  private let loss: LossBoundary
  private let log: Log

  init(store: Store, instruments: InstrumentTable, log: Log) throws(StorageError) {
    path = store.options.path
    self.log = log
    let ring = SPSCRing<FlowOutput>(capacity: store.options.queueCapacity)
    let signals = WriterSignals()
    self.ring = ring
    self.signals = signals
    loss = LossBoundary(queueCapacity: ring.capacity)
    let created = try WriterLoop(
      store: store, instruments: instruments, ring: ring, signals: signals, counters: counters, log: log)
    loop = Mutex(created)
  }

  /// `reserve` and `start` in one.
  public func begin(_ source: IngestSource) throws(StorageError) -> IngestRun {
    let run = try reserve(source)
    start()
    return run
  }

  /// Decides which run the outputs belong to, so that print ids are known. Writes nothing and starts nothing. Once.
  ///
  /// When the source is resumable and its fingerprint is in the file, the part that is stored already will be skipped: offer
  /// every output of the source from `start` on, which `Store.ingestProgress` helps to choose.
  /// - Parameter start: prints and cancellations of the source before the first output that will be offered.
  /// - Throws: `.startsBehindStored` when outputs between the stored part and `start` would be missing; `.tooManyRuns`,
  ///   `.statement`.
  public func reserve(
    _ source: IngestSource, startingAt start: IngestPosition = .start
  ) throws(StorageError) -> IngestRun {
    precondition(source.resumable || start == .start, "StoreWriter: a source that cannot be played again has one start")
    return try loop.withLock { loop throws(StorageError) in
      guard let loop else { preconditionFailure("StoreWriter: reserve after close") }
      let run = try loop.reserve(source, startingAt: start)
      loss.begin(behind: loop.journalNumbering)
      return run
    }
  }

  /// Starts writing. Once, after `reserve` and before the first `offer`.
  public func start() {
    thread.withLock { thread in
      precondition(thread == nil, "StoreWriter: started twice")
      // From here on the loop belongs to its thread; `close` joins it before touching the loop again.
      nonisolated(unsafe) let loop = self.loop.withLock { $0 }
      loop?.logStart()
      thread = WorkerThread("storage", .patient) { loop?.run() }
    }
  }

  /// Queues outputs, in order. One producer thread; never blocks, never allocates.
  /// - Returns: how many were taken. Fewer than offered means that the disk does not keep up: offer the rest again, or drop
  ///   them and say so with `giveUp`.
  @inline(__always)
  public func offer(_ outputs: UnsafeBufferPointer<FlowOutput>) -> Int {
    if loss.isOpen { return offerBehindLoss(outputs) }
    return push(outputs)
  }

  /// Tells that outputs which `offer` did not take are dropped. The producer thread.
  ///
  /// A journal's store goes on behind them by itself and knows by the print numbers what is missing. For that to be so, what is lost
  /// must hold a print that is not stored and end right before one, and for few long holes instead of many short ones the
  /// queue must be half empty first: until then `offer` drops what it is given as well, counts it in `counters.lostOutputs`, and calls it taken.
  public func giveUp(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    counters.noteLost(outputs.count)
    loss.open(outputs)
  }

  @inline(never)
  private func offerBehindLoss(_ outputs: UnsafeBufferPointer<FlowOutput>) -> Int {
    let dropped = loss.extend(over: outputs, queued: ring.count)
    counters.noteLost(dropped)
    if dropped == outputs.count { return dropped }
    let taken = push(UnsafeBufferPointer(rebasing: outputs[dropped...]))
    if taken > 0 { loss.close() }
    return dropped + taken
  }

  @inline(__always)
  private func push(_ outputs: UnsafeBufferPointer<FlowOutput>) -> Int {
    let taken = ring.push(outputs)
    offered.wrappingAdd(Int64(taken), ordering: .relaxed)
    // Below this depth the writer comes by itself in time; waking it for every print would cost the engine a system call.
    if ring.count >= WriterSignals.wakeDepth { signals.bell.ring() }
    return taken
  }

  /// Waits until everything offered so far is committed. One thread at a time.
  /// - Returns: false when that did not happen in time; `counters.errorText` may say why.
  public func drain(timeoutMilliseconds: Int) -> Bool {
    let target = offered.load(ordering: .sequentiallyConsistent)
    let deadline = SystemClock.monotonicNanoseconds + Int64(timeoutMilliseconds) * 1_000_000
    signals.drainTarget.store(target, ordering: .sequentiallyConsistent)
    signals.bell.ring()
    while counters.committedOutputs < target {
      let left = (deadline - SystemClock.monotonicNanoseconds) / 1_000_000
      if left <= 0 { return false }
      signals.drained.wait(milliseconds: Int32(min(left + 1, 1000))) { counters.committedOutputs >= target }
    }
    return true
  }

  /// Writes what is queued, checkpoints, stops the thread. After the producer's last `offer`. Once.
  /// - Parameters:
  ///   - finished: the source was read to its end, so that playing it again adds nothing. Of a journal: to its end so far.
  ///   - timeoutMilliseconds: how long to try when the disk refuses.
  /// - Throws: `.unwritten` when outputs could not be written; they are lost to this process, a replay brings them back.
  public func close(finished: Bool, timeoutMilliseconds: Int = 10_000) throws(StorageError) {
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    defer { loop.withLock { $0 = nil } }
    guard let running else { return }
    // What was lost at the very end is not in the file.
    signals.finished.store(finished && !loss.isOpen, ordering: .relaxed)
    signals.closeDeadline.store(
      SystemClock.monotonicNanoseconds + Int64(timeoutMilliseconds) * 1_000_000, ordering: .sequentiallyConsistent)
    signals.bell.ring()
    running.join()
    let left = offered.load(ordering: .relaxed) - counters.committedOutputs
    if left > 0 || counters.errorText != nil {
      throw .unwritten(path: path, outputs: Int(left), words: counters.errorText ?? "the writer stopped")
    }
  }
}

/// What other threads tell the writer's thread.
final class WriterSignals: Sendable {
  /// Queue depth at which the writer is woken before its time.
  static let wakeDepth = 2048

  let bell = Doorbell()
  /// Rung when a drain target is reached.
  let drained = Doorbell()
  let drainTarget = Atomic<Int64>(0)
  /// Monotonic nanoseconds after which a refusing disk is given up; 0 while the writer is to go on.
  let closeDeadline = Atomic<Int64>(0)
  let finished = Atomic<Bool>(false)
}
