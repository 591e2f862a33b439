import FlowEngine
import MarketModel
import Rings

/// Asks the engine for order-flow reports, one at a time, for the questions that wait. Lives on the network thread.
final class FlowDesk {
  private struct Waiting {
    var underlying: InstrumentID
    /// On the clock that never goes back.
    var deadlineNanoseconds: Int64
    /// Gets nil when the engine has not answered in time.
    var answer: (FlowReport?) -> Void
  }

  private let exchange: Exchange<FlowReport>
  private let monotonicNanoseconds: () -> Int64
  private var waiting: [Waiting] = []
  /// The report that came last; nil while the engine has it.
  private var spare: FlowReport? = FlowReport()
  /// When `spare` was filled; nil before the first time.
  private var filledAt: Int64?

  /// A report serves questions that come so soon after it.
  private static let freshNanoseconds: Int64 = 250_000_000
  /// An engine that plays a journal looks up every few milliseconds; one that takes this long is stuck.
  private static let patienceNanoseconds: Int64 = 5_000_000_000

  init(_ exchange: Exchange<FlowReport>, monotonicNanoseconds: @escaping () -> Int64) {
    self.exchange = exchange
    self.monotonicNanoseconds = monotonicNanoseconds
  }

  /// Answers at once from a fresh report, else at a later tick. Returns false when too many wait already.
  func ask(_ underlying: InstrumentID, answer: @escaping (FlowReport?) -> Void) -> Bool {
    let now = monotonicNanoseconds()
    if let spare, spare.underlying == underlying, let filledAt, now - filledAt < FlowDesk.freshNanoseconds {
      answer(spare)
      return true
    }
    guard waiting.count < Limits.waitingQueries else { return false }
    waiting.append(
      Waiting(underlying: underlying, deadlineNanoseconds: now + FlowDesk.patienceNanoseconds, answer: answer))
    request()
    return true
  }

  /// Takes a report that has come, and asks for the next.
  func tick() {
    let now = monotonicNanoseconds()
    if let report = exchange.take() {
      spare = report
      filledAt = now
      let answered = waiting.filter { $0.underlying == report.underlying }
      waiting.removeAll { $0.underlying == report.underlying }
      for question in answered { question.answer(report) }
    }
    let late = waiting.filter { $0.deadlineNanoseconds <= now }
    waiting.removeAll { $0.deadlineNanoseconds <= now }
    for question in late { question.answer(nil) }
    request()
  }

  private func request() {
    guard let first = waiting.first, let report = spare else { return }
    report.underlying = first.underlying
    filledAt = nil
    if exchange.request(report) { spare = nil }
  }
}
