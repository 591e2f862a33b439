import FlowEngine
import Synchronization

/// Where a stretch of outputs that a journal's store has lost may end, so that print numbers show all of it. The producer's thread,
/// and after it the one that closes.
final class LossBoundary: Sendable {
  private enum State: Int {
    /// Nothing was lost since the last output taken.
    case closed
    /// Something was lost, no print among it: the numbers would not show it.
    case withoutPrint
    case withPrint
  }

  private let state = Atomic<Int>(State.closed.rawValue)
  /// Nil when the source is no journal: nothing is held back then.
  private let stored = Mutex<PrintNumbering?>(nil)
  private let queueCapacity: Int

  init(queueCapacity: Int) { self.queueCapacity = queueCapacity }

  /// - Parameter stored: tells which prints the file has as the run begins.
  func begin(behind stored: PrintNumbering?) { self.stored.withLock { $0 = stored } }

  /// Whether outputs were lost and none was taken since.
  @inline(__always)
  var isOpen: Bool { state.load(ordering: .relaxed) != State.closed.rawValue }

  func open(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    guard stored.withLock({ $0 != nil }), !outputs.isEmpty else { return }
    let holdsPrint = outputs.contains { if case .print = $0 { true } else { false } }
    setOpen(holdsPrint: holdsPrint || hasPrint)
  }

  /// - Parameter queued: outputs in the queue.
  /// - Returns: how many of the outputs are lost as well.
  func extend(over outputs: UnsafeBufferPointer<FlowOutput>, queued: Int) -> Int {
    let isReady = queued <= queueCapacity / 2
    var lost = 0
    for output in outputs {
      if case .print(let print) = output {
        if isReady, mayEnd(before: print.number) { break }
        setOpen(holdsPrint: true)
      }
      lost += 1
    }
    return lost
  }

  func close() { state.store(State.closed.rawValue, ordering: .relaxed) }

  /// What came right before the print is in the file already, or the print before it is lost and not in the file.
  private func mayEnd(before number: Int64) -> Bool {
    stored.withLock { stored in
      guard let stored else { return true }
      return stored.isSettled(number: number) || (hasPrint && !stored.isStored(number: number - 1))
    }
  }

  private var hasPrint: Bool { state.load(ordering: .relaxed) == State.withPrint.rawValue }

  private func setOpen(holdsPrint: Bool) {
    state.store((holdsPrint ? State.withPrint : .withoutPrint).rawValue, ordering: .relaxed)
  }
}
