import JSONText
import Synchronization

/// How often each fault was made. Any thread.
final class FaultCounters: Sendable {
  let disconnects = Atomic<Int>(0)
  let mutes = Atomic<Int>(0)
  let mutedFrames = Atomic<Int>(0)
  let malformedFrames = Atomic<Int>(0)
  let duplicates = Atomic<Int>(0)
  let latePrints = Atomic<Int>(0)
  let tooManyRequests = Atomic<Int>(0)
  let serverErrors = Atomic<Int>(0)
  let slowAnswers = Atomic<Int>(0)
  let authFailures = Atomic<Int>(0)
  let maxConnections = Atomic<Int>(0)

  static func count(_ counter: borrowing Atomic<Int>) { counter.wrappingAdd(1, ordering: .relaxed) }

  /// Name and number of each.
  var named: [(name: String, count: Int)] {
    [
      ("disconnects", disconnects.load(ordering: .relaxed)),
      ("mutes", mutes.load(ordering: .relaxed)),
      ("muted_frames", mutedFrames.load(ordering: .relaxed)),
      ("malformed_frames", malformedFrames.load(ordering: .relaxed)),
      ("duplicates", duplicates.load(ordering: .relaxed)),
      ("late_prints", latePrints.load(ordering: .relaxed)),
      ("too_many_requests", tooManyRequests.load(ordering: .relaxed)),
      ("server_errors", serverErrors.load(ordering: .relaxed)),
      ("slow_answers", slowAnswers.load(ordering: .relaxed)),
      ("auth_failures", authFailures.load(ordering: .relaxed)),
      ("max_connections", maxConnections.load(ordering: .relaxed)),
    ]
  }

  func write(to json: inout JSONWriter) {
    json.object { json in for row in named { json.field(row.name, row.count) } }
  }
}
