import MarketModel

/// One channel's part of the dispatcher: what waits, what is under way, and when it may go on. Knows neither the database nor
/// the network; all times are the machine's, given by the caller.
struct ChannelLane {
  let channel: ChannelConfiguration
  private var bucket: TokenBucket
  private var breaker: CircuitBreaker
  /// Loaded, oldest first.
  private var waiting: [QueuedDelivery] = []
  private var underWay: [Int64: QueuedDelivery] = [:]
  /// The receiver asked for quiet until then.
  private var quietUntil = Int64.min
  /// When the outbox is to be asked again, once nothing waits in memory.
  private var nextLoad = Int64.min
  private(set) var statistics: ChannelStatistics

  /// Messages that are held in memory.
  static let waitingLimit = 256

  init(_ channel: ChannelConfiguration, now: Int64) {
    self.channel = channel
    bucket = TokenBucket(channel.pace, now: now)
    breaker = CircuitBreaker(channel.breaker)
    statistics = ChannelStatistics(name: channel.name, kind: channel.destination.kind)
  }

  var underWayCount: Int { underWay.count }

  // MARK: Loading

  /// There may be new messages.
  mutating func expectNews() { nextLoad = .min }

  func wantsLoad(now: Int64) -> Bool { waiting.isEmpty && now >= nextLoad }

  /// - Parameter next: when the first of those that are not due yet may go; nil when there is none.
  mutating func load(_ deliveries: [QueuedDelivery], next: Int64?) {
    // What is under way is pending in the outbox still while its transaction could not be written.
    waiting = deliveries.filter { underWay[$0.delivery.id] == nil }
    nextLoad = deliveries.count == ChannelLane.waitingLimit ? .min : next ?? .max
  }

  // MARK: Sending

  /// Messages that may go now, as they are once under way.
  mutating func take(now: Int64) -> [Delivery] {
    var taken: [Delivery] = []
    while let first = waiting.first, underWay.count < channel.pace.concurrent, now >= quietUntil,
      let open = breaker.opensAt(now: now), open <= now, bucket.take(now: now), breaker.admit(now: now)
    {
      waiting.removeFirst()
      var next = first
      next.delivery.state = .sending
      next.delivery.attempts += 1
      underWay[next.delivery.id] = next
      taken.append(next.delivery)
    }
    return taken
  }

  /// What was taken and could not be noted in the outbox: it has not gone.
  mutating func giveBack(_ deliveries: [Delivery], now: Int64) {
    for delivery in deliveries.reversed() {
      guard var queued = underWay.removeValue(forKey: delivery.id) else { continue }
      queued.delivery.state = .pending
      queued.delivery.attempts -= 1
      waiting.insert(queued, at: 0)
    }
    breaker.giveBack(now: now)
  }

  /// When something can go or is to be looked for; `Int64.max` when only a result or news can change anything.
  func nextTurn(now: Int64) -> Int64 {
    if waiting.isEmpty { return max(now, nextLoad) }
    guard underWay.count < channel.pace.concurrent, let open = breaker.opensAt(now: now) else { return .max }
    return max(quietUntil, bucket.nextToken(after: now), open)
  }

  // MARK: Results

  /// What becomes of a message, and of the lane.
  /// - Parameter random: 0 to 1.
  /// - Returns: the message in its new state; nil when it is not under way.
  mutating func settle(_ id: Int64, _ outcome: SendOutcome, now: Int64, random: Double) -> Delivery? {
    guard let queued = underWay.removeValue(forKey: id) else { return nil }
    var delivery = queued.delivery
    switch outcome {
    case .delivered:
      breaker.succeeded()
      delivery.state = .delivered
      delivery.lastError = nil
      statistics.deliveredSinceStart += 1
      statistics.lastDeliveryTime = Timestamp(nanoseconds: now)
    case .failed(let failure):
      note(failure, now: now)
      delivery.lastError = failure.words
      let isHopeless = failure.isPermanent || delivery.attempts >= channel.retries.attempts
      if isHopeless || isTooOld(queued, now: now) {
        delivery.state = .dead
      } else {
        delivery.state = .pending
        let delay = channel.retries.delay(
          afterAttempts: delivery.attempts, retryAfterNanoseconds: failure.retryAfterNanoseconds, random: random)
        delivery.nextAttempt = Timestamp(nanoseconds: now + delay)
        nextLoad = min(nextLoad, now + delay)
        if failure.retryAfterNanoseconds != nil { quietUntil = max(quietUntil, now + delay) }
      }
    }
    statistics.breaker = breakerName
    return delivery
  }

  /// Takes out what has waited too long for a receiver that does not come back.
  mutating func expire(now: Int64) -> [Delivery] {
    guard let first = waiting.first, isTooOld(first, now: now) else { return [] }
    let old = waiting.filter { isTooOld($0, now: now) }
    waiting = waiting.filter { !isTooOld($0, now: now) }
    if waiting.isEmpty { nextLoad = .min }
    return old.map { queued in
      var delivery = queued.delivery
      delivery.state = .dead
      delivery.lastError = delivery.lastError ?? statistics.lastError ?? "it waited too long for its channel"
      return delivery
    }
  }

  mutating func count(_ counts: DeliveryCounts) {
    statistics.take(counts)
    statistics.breaker = breakerName
  }

  private func isTooOld(_ queued: QueuedDelivery, now: Int64) -> Bool {
    now - queued.dueNanoseconds >= channel.retries.giveUpNanoseconds
  }

  private mutating func note(_ failure: SendFailure, now: Int64) {
    statistics.failedTries += 1
    statistics.lastError = failure.words
    statistics.lastErrorTime = Timestamp(nanoseconds: now)
    // Who answers is there, however unfriendly.
    if failure.speaksOfOutage { _ = breaker.failed(now: now) } else { breaker.succeeded() }
  }

  private var breakerName: ChannelStatistics.Breaker {
    switch breaker.state {
    case .closed: .closed
    case .open: .open
    case .halfOpen: .halfOpen
    }
  }
}
