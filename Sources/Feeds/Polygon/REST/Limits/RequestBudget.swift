/// Who asks over REST; each gets its turn.
public enum RequestUser: UInt8, Sendable, CaseIterable {
  /// Reference data, market status, the doctor.
  case reference
  case chain
  case backfill
}

/// How many requests the plan allows.
public struct RequestRate: Hashable, Sendable {
  public var requests: Int
  public var windowNanoseconds: Int64

  public init(requests: Int, windowNanoseconds: Int64) {
    precondition(
      requests > 0 && windowNanoseconds > 0, "RequestRate: \(requests) in \(windowNanoseconds) ns, both above 0 wanted")
    self.requests = requests
    self.windowNanoseconds = windowNanoseconds
  }

  public static func perMinute(_ requests: Int) -> RequestRate {
    RequestRate(requests: requests, windowNanoseconds: 60_000_000_000)
  }
  /// The vendor's limit without a paid plan.
  public static let freePlan = perMinute(5)
  /// Paid plans have no hard limit; the vendor asks to stay below 100 a second.
  public static let paidPlan = RequestRate(requests: 90, windowNanoseconds: 1_000_000_000)
}

/// Says when a request may start: never more than the rate in any window, users in turn, each one's requests in order.
/// Time is handed in.
public struct RequestBudget: Sendable {
  public enum Grant: Hashable, Sendable {
    /// The request with this number starts now.
    case start(UInt64)
    /// Nobody may start before this moment.
    case wait(untilNanoseconds: Int64)
    /// Nobody waits.
    case idle
  }

  public let rate: RequestRate
  /// Moments of the latest starts, oldest first; at most `rate.requests`.
  private var starts: [Int64] = []
  private var queues = [[UInt64]](repeating: [], count: RequestUser.allCases.count)
  /// Whose turn is next.
  private var turn = 0
  private var pausedUntil = Int64.min

  public init(rate: RequestRate) { self.rate = rate }

  public var waiting: Int { queues.reduce(0) { $0 + $1.count } }

  /// Queues a request.
  public mutating func ask(_ number: UInt64, for user: RequestUser) { queues[Int(user.rawValue)].append(number) }

  /// Takes a request back that has not started.
  public mutating func withdraw(_ number: UInt64) {
    for user in queues.indices { queues[user].removeAll { $0 == number } }
  }

  /// The vendor asked to wait: nobody starts before.
  public mutating func pause(until moment: Int64) { pausedUntil = max(pausedUntil, moment) }

  public mutating func grant(at now: Int64) -> Grant {
    guard waiting > 0 else { return .idle }
    var earliest = pausedUntil
    if starts.count == rate.requests { earliest = max(earliest, starts[0] + rate.windowNanoseconds) }
    guard now >= earliest else { return .wait(untilNanoseconds: earliest) }
    while queues[turn].isEmpty { turn = (turn + 1) % queues.count }
    let number = queues[turn].removeFirst()
    turn = (turn + 1) % queues.count
    if starts.count == rate.requests { starts.removeFirst() }
    starts.append(now)
    return .start(number)
  }
}
