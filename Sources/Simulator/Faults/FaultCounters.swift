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

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("disconnects", disconnects.load(ordering: .relaxed))
      json.field("mutes", mutes.load(ordering: .relaxed))
      json.field("muted_frames", mutedFrames.load(ordering: .relaxed))
      json.field("malformed_frames", malformedFrames.load(ordering: .relaxed))
      json.field("duplicates", duplicates.load(ordering: .relaxed))
      json.field("late_prints", latePrints.load(ordering: .relaxed))
      json.field("too_many_requests", tooManyRequests.load(ordering: .relaxed))
      json.field("server_errors", serverErrors.load(ordering: .relaxed))
      json.field("slow_answers", slowAnswers.load(ordering: .relaxed))
      json.field("auth_failures", authFailures.load(ordering: .relaxed))
      json.field("max_connections", maxConnections.load(ordering: .relaxed))
    }
  }
}
