/// Finds out which channels an error is about when it names none: the vendor acknowledges each channel it grants, in any
/// order, so what gets no answer is what was refused.
struct RefusalDoubt {
  enum Outcome: Equatable {
    case nothing
    /// No error came, and some channels got no answer: the vendor held them already.
    case silentlyHeld
    /// Whatever is unanswered was refused, with these words.
    case refused(String)
  }

  /// After the last answer, how long another is waited for.
  static let quietNanoseconds: Int64 = 2_000_000_000
  static let silenceNanoseconds: Int64 = 10_000_000_000

  private var errors = 0
  private var words = ""
  private(set) var dueNanoseconds = Int64.max

  mutating func asked(at now: Int64) {
    dueNanoseconds = errors > 0 ? now + RefusalDoubt.quietNanoseconds : now + RefusalDoubt.silenceNanoseconds
  }

  mutating func answered(at now: Int64) {
    if errors > 0 { dueNanoseconds = now + RefusalDoubt.quietNanoseconds }
  }

  mutating func refused(_ words: String, at now: Int64) {
    errors += 1
    self.words = words
    dueNanoseconds = now + RefusalDoubt.quietNanoseconds
  }

  mutating func resolve(unanswered: Int, at now: Int64) -> Outcome {
    let isDue = now >= dueNanoseconds
    guard isDue || (errors > 0 && unanswered <= errors) else { return .nothing }
    defer { self = RefusalDoubt() }
    return errors > 0 ? .refused(words) : .silentlyHeld
  }
}
