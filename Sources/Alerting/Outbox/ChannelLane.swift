import MarketModel

/// One channel's part of the dispatcher: what waits, what is under way, and when it may go on. Knows neither the database nor
/// the network; all times are given by the caller. Its own waits are monotonic, the times of its messages are the wall's.
struct ChannelLane {
  let channel: ChannelConfiguration
  private var bucket: TokenBucket
  private var breaker: CircuitBreaker
  /// Loaded, oldest first.
  private var waiting: [QueuedDelivery] = []
  private var underWay: [Int64: QueuedDelivery] = [:]
  /// The receiver asked for quiet until then; monotonic.
  private var quietUntil = Int64.min
  /// When the outbox is to be asked again, once nothing waits in memory; monotonic.
  private var nextLoad = Int64.min
  private(set) var statistics: ChannelStatistics

  /// Messages that are held in memory.
  static let waitingLimit = 256

  init(_ channel: ChannelConfiguration, now: Moment) {
    self.channel = channel
    bucket = TokenBucket(channel.pace, now: now.monotonicNanoseconds)
    breaker = CircuitBreaker(channel.breaker)
    statistics = ChannelStatistics(name: channel.name, kind: channel.destination.kind)
  }

  var underWayCount: Int { underWay.count }

  // MARK: Loading

  /// There may be new messages.
  mutating func expectNews() { nextLoad = .min }

  func wantsLoad(now: Moment) -> Bool { waiting.isEmpty && now.monotonicNanoseconds >= nextLoad }

  /// - Parameters:
  ///   - next: when by the wall's clock the first of those that are not due yet may go; nil when there is none.
  ///   - unwritten: messages of any channel whose new state the outbox does not have yet.
  mutating func load(_ deliveries: [QueuedDelivery], next: Int64?, unwritten: [Delivery], now: Moment) {
    let known = Set(unwritten.map(\.id))
    // What is under way is pending in the outbox still while its transaction could not be written.
    waiting = deliveries.filter { underWay[$0.delivery.id] == nil && !known.contains($0.delivery.id) }
    // What has just failed is under way for the outbox, which so knows of no next try.
    let retries = unwritten.filter { $0.channel == channel.name && $0.state == .pending }
    let next = (retries.map(\.nextAttempt.nanoseconds) + [next].compactMap { $0 }).min()
    nextLoad = deliveries.count == ChannelLane.waitingLimit ? .min : next.map { now.monotonic(atWall: $0) } ?? .max
  }

  // MARK: Sending

  /// Messages that may go now, as they are once under way.
  mutating func take(now: Moment) -> [Delivery] {
    let time = now.monotonicNanoseconds
    var taken: [Delivery] = []
    while let first = waiting.first, underWay.count < channel.pace.concurrent, time >= quietUntil,
      let open = breaker.opensAt(now: time), open <= time, bucket.take(now: time), breaker.admit(now: time)
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
  mutating func giveBack(_ deliveries: [Delivery], now: Moment) {
    for delivery in deliveries.reversed() {
      guard var queued = underWay.removeValue(forKey: delivery.id) else { continue }
      queued.delivery.state = .pending
      queued.delivery.attempts -= 1
      waiting.insert(queued, at: 0)
    }
    breaker.giveBack(now: now.monotonicNanoseconds)
  }

  /// When something can go or is to be looked for, monotonic; `Int64.max` when only a result or news can change anything.
  func nextTurn(now: Moment) -> Int64 {
    let time = now.monotonicNanoseconds
    if waiting.isEmpty { return max(time, nextLoad) }
    guard underWay.count < channel.pace.concurrent, let open = breaker.opensAt(now: time) else { return .max }
    return max(quietUntil, bucket.nextToken(after: time), open)
  }

  // MARK: Results

  /// What becomes of a message, and of the lane.
  /// - Parameter random: 0 to 1.
  /// - Returns: the message in its new state; nil when it is not under way.
  mutating func settle(_ id: Int64, _ outcome: SendOutcome, now: Moment, random: Double) -> Delivery? {
    guard let queued = underWay.removeValue(forKey: id) else { return nil }
    var delivery = queued.delivery
    switch outcome {
    case .delivered:
      breaker.succeeded()
      delivery.state = .delivered
      delivery.lastError = nil
      statistics.deliveredSinceStart += 1
      statistics.lastDeliveryTime = Timestamp(nanoseconds: now.wallNanoseconds)
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
        let next = now.monotonicNanoseconds + delay
        delivery.nextAttempt = Timestamp(nanoseconds: now.wallNanoseconds + delay)
        nextLoad = min(nextLoad, next)
        if failure.retryAfterNanoseconds != nil { quietUntil = max(quietUntil, next) }
      }
    }
    statistics.breaker = breakerName
    return delivery
  }

  /// Takes out what has waited too long for a receiver that does not come back.
  mutating func expire(now: Moment) -> [Delivery] {
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

  /// The wall's clock was set: the times of what is here go with it.
  mutating func shift(nanoseconds: Int64) {
    for index in waiting.indices { waiting[index].shift(nanoseconds: nanoseconds) }
    underWay = underWay.mapValues { queued in
      var queued = queued
      queued.shift(nanoseconds: nanoseconds)
      return queued
    }
  }

  mutating func count(_ counts: DeliveryCounts) {
    statistics.take(counts)
    statistics.breaker = breakerName
  }

  private func isTooOld(_ queued: QueuedDelivery, now: Moment) -> Bool {
    now.wallNanoseconds - queued.dueNanoseconds >= channel.retries.giveUpNanoseconds
  }

  private mutating func note(_ failure: SendFailure, now: Moment) {
    statistics.failedTries += 1
    statistics.lastError = failure.words
    statistics.lastErrorTime = Timestamp(nanoseconds: now.wallNanoseconds)
    // Who answers is there, however unfriendly.
    if failure.speaksOfOutage { _ = breaker.failed(now: now.monotonicNanoseconds) } else { breaker.succeeded() }
  }

  private var breakerName: ChannelStatistics.Breaker {
    switch breaker.state {
    case .closed: .closed
    case .open: .open
    case .halfOpen: .halfOpen
    }
  }
}
