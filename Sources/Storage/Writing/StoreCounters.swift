import Clocks
import Synchronization

/// What the writer has done, readable from any thread at any time.
public final class StoreCounters: Sendable {
  private let rows = Atomic<Int64>(0)
  private let flushCount = Atomic<Int64>(0)
  private let skipped = Atomic<Int64>(0)
  private let unmatched = Atomic<Int64>(0)
  private let leftOut = Atomic<Int64>(0)
  private let lost = Atomic<Int64>(0)
  private let missing = Atomic<Int64>(0)
  private let oldest = Atomic<Int64>(0)
  private let lastFlush = Atomic<Int64>(0)
  private let committed = Atomic<Int64>(0)
  private let failure = Mutex<String?>(nil)

  /// Labelled prints committed by this process.
  public var rowsWritten: Int64 { rows.load(ordering: .relaxed) }
  /// Committed transactions.
  public var flushes: Int64 { flushCount.load(ordering: .relaxed) }
  /// Outputs that left no row, because they were in the file already or could not have a place there.
  public var skippedOutputs: Int64 { skipped.load(ordering: .relaxed) }
  /// Cancellations whose print is not known.
  var unmatchedCancellations: Int64 { unmatched.load(ordering: .relaxed) }
  /// Prints entered by hand into a recording that was stored to its end before: they are not stored.
  public var leftOutPrints: Int64 { leftOut.load(ordering: .relaxed) }
  /// Outputs that were given up because the disk did not keep up.
  public var lostOutputs: Int64 { lost.load(ordering: .relaxed) }
  /// Prints of a journal that are not in the file although newer ones are: a restart fills them in from the journal.
  public var missingPrints: Int64 { missing.load(ordering: .relaxed) }
  /// Outputs taken from the queue and committed or skipped.
  var committedOutputs: Int64 { committed.load(ordering: .acquiring) }
  /// Since when the batch that is being filled or written has its first output; 0 when there is none.
  var batchAgeMilliseconds: Int64 {
    let since = oldest.load(ordering: .relaxed)
    return since == 0 ? 0 : max(0, (SystemClock.monotonicNanoseconds - since) / 1_000_000)
  }
  /// Unix nanoseconds of the last commit; nil before the first.
  public var lastFlushNanoseconds: Int64? {
    let time = lastFlush.load(ordering: .relaxed)
    return time == 0 ? nil : time
  }
  /// Why nothing is written at the moment; nil when all is well.
  public var errorText: String? { failure.withLock { $0 } }

  func noteOldest(_ monotonicNanoseconds: Int64) { oldest.store(monotonicNanoseconds, ordering: .relaxed) }
  func noteSkipped(_ count: Int64) { skipped.wrappingAdd(count, ordering: .relaxed) }
  func noteUnmatched(_ count: Int64) { unmatched.wrappingAdd(count, ordering: .relaxed) }
  func noteLeftOut(_ count: Int64) { leftOut.store(count, ordering: .relaxed) }
  func noteLost(_ count: Int) { lost.wrappingAdd(Int64(count), ordering: .relaxed) }
  func noteMissing(_ count: Int64) { missing.store(count, ordering: .relaxed) }
  func noteError(_ text: String?) { failure.withLock { $0 = text } }

  func noteFlush(rows count: Int) {
    rows.wrappingAdd(Int64(count), ordering: .relaxed)
    flushCount.wrappingAdd(1, ordering: .relaxed)
    lastFlush.store(SystemClock.wallNanoseconds, ordering: .relaxed)
  }

  func noteCommitted(outputs count: Int64) { committed.wrappingAdd(count, ordering: .releasing) }
}
