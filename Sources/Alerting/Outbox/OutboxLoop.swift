import Clocks
import Logging
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The dispatcher's thread. Each round looks at what has ended, takes what may go, writes both down in one transaction, and only
/// then sends: no message goes that the outbox does not call "sending".
final class OutboxLoop {
  private let shared: OutboxShared
  private let session: SQLSession
  private let log: Log
  private let clock: () -> Moment
  private var watch: ClockWatch
  private var lanes: [ChannelLane]
  private let laneOfName: [String: Int]
  /// By delivery: its lane.
  private var laneOfDelivery: [Int64: Int] = [:]
  /// What is to be written down: results, and messages for fallback channels.
  private var changes: [Delivery] = []
  private var redirected: [Delivery] = []
  /// Monotonic; nil before the first.
  private var lastCount: Int64?
  private var lastPrune: Int64?
  private var isCountStale = true
  /// Of channels that only the outbox knows.
  private var missing: [ChannelStatistics] = []

  private static let graceNanoseconds: Int64 = 5_000_000_000
  private static let countNanoseconds: Int64 = 1_000_000_000
  private static let recountNanoseconds: Int64 = 60_000_000_000
  private static let longestWaitMilliseconds: Int64 = 1_000
  private static let refusedWaitMilliseconds: Int32 = 1_000
  private static let pruneNanoseconds: Int64 = 3_600_000_000_000

  init(
    shared: OutboxShared, session: SQLSession, channels: [ChannelConfiguration], log: Log, clock: @escaping () -> Moment
  ) {
    self.shared = shared
    self.session = session
    self.log = log
    self.clock = clock
    let now = clock()
    watch = ClockWatch(now)
    lanes = channels.map { ChannelLane($0, now: now) }
    laneOfName = Dictionary(uniqueKeysWithValues: channels.enumerated().map { ($1.name, $0) })
  }

  func run() {
    while !begin() {
      if shared.isStopping.load(ordering: .acquiring) { return }
      shared.sender.wait(milliseconds: OutboxLoop.refusedWaitMilliseconds)
    }
    var stopDeadline: Int64?
    while true {
      let now = clock()
      // Before anything is judged by its age.
      var isGood = followClock(now)
      if isGood { settle(shared.sender.advance(), now: now) }
      if stopDeadline == nil, shared.isStopping.load(ordering: .acquiring) {
        stopDeadline = now.monotonicNanoseconds + OutboxLoop.graceNanoseconds
      }
      if isGood { isGood = stopDeadline == nil ? dispatch(now: now) : write([], now: now) }
      if let stopDeadline {
        if laneOfDelivery.isEmpty || now.monotonicNanoseconds >= stopDeadline { return }
      }
      publish()
      shared.sender.wait(
        milliseconds: isGood ? waitMilliseconds(isStopping: stopDeadline != nil) : OutboxLoop.refusedWaitMilliseconds)
    }
  }

  // MARK: The beginning

  private func begin() -> Bool {
    let now = Timestamp(nanoseconds: clock().wallNanoseconds)
    return attempt { () throws(StorageError) in try DeliveryTable.recover(on: session, now: now) }
  }

  /// A database that refuses costs time, not messages: they are in the outbox still.
  private func attempt(_ body: () throws(StorageError) -> Void) -> Bool {
    do throws(StorageError) {
      try body()
      return true
    } catch {
      log.error("outbox", "\(error); messages wait")
      if case .uncommitted = error { reopen() }
      return false
    }
  }

  private func reopen() {
    do throws(StorageError) { try session.reopen() } catch { log.error("outbox", "\(error); messages wait") }
  }

  // MARK: A round

  private func dispatch(now: Moment) -> Bool {
    prune(now: now)
    guard load(now: now) else { return false }
    for index in lanes.indices { for dead in lanes[index].expire(now: now) { note(dead, from: index) } }
    var taken: [Delivery] = []
    for index in lanes.indices {
      for delivery in lanes[index].take(now: now) {
        laneOfDelivery[delivery.id] = index
        taken.append(delivery)
      }
    }
    guard write(taken, now: now) else {
      giveBack(taken, now: now)
      return false
    }
    for delivery in taken {
      guard let index = laneOfDelivery[delivery.id] else { continue }
      shared.sender.start(delivery, through: lanes[index].channel, ticket: delivery.id)
    }
    return true
  }

  /// Whoever sets the machine's clock neither silences a channel nor makes what waits look old.
  private func followClock(_ now: Moment) -> Bool {
    if let jump = watch.jump(at: now) {
      guard attempt({ () throws(StorageError) in try DeliveryTable.shift(jump, on: session) }) else { return false }
      for index in lanes.indices { lanes[index].shift(nanoseconds: jump.nanoseconds) }
      for index in changes.indices {
        changes[index].nextAttempt = changes[index].nextAttempt.adding(nanoseconds: jump.nanoseconds)
      }
      let seconds = abs(jump.nanoseconds) / 1_000_000_000
      log.warning(
        "outbox",
        "the machine's clock went \(seconds) s \(jump.nanoseconds > 0 ? "forward" : "back") (it was set, or the machine "
          + "slept); the times of messages that wait go with it")
    }
    watch.note(now)
    return true
  }

  /// What is too old is looked for each hour; when it cannot be thrown out it stays until the next.
  private func prune(now: Moment) {
    if let lastPrune, now.monotonicNanoseconds - lastPrune < OutboxLoop.pruneNanoseconds { return }
    lastPrune = now.monotonicNanoseconds
    _ = attempt { () throws(StorageError) in
      try DeliveryTable.prune(on: session, now: Timestamp(nanoseconds: now.wallNanoseconds))
    }
    isCountStale = true
  }

  private func load(now: Moment) -> Bool {
    let hasNews = shared.hasNews.exchange(false, ordering: .acquiringAndReleasing)
    if hasNews {
      for index in lanes.indices { lanes[index].expectNews() }
      isCountStale = true
    }
    let isGood = attempt { () throws(StorageError) in
      if hasNews {
        try DeliveryTable.abandon(
          exceptFor: lanes.map(\.channel.name), on: session, now: Timestamp(nanoseconds: now.wallNanoseconds))
      }
      for index in lanes.indices where lanes[index].wantsLoad(now: now) {
        let name = lanes[index].channel.name
        let wall = now.wallNanoseconds
        let due = try DeliveryTable.due(channel: name, now: wall, limit: ChannelLane.waitingLimit, on: session)
        let next = try DeliveryTable.nextAttempt(channel: name, after: wall, on: session)
        lanes[index].load(due, next: next, unwritten: changes, now: now)
      }
    }
    if !isGood, hasNews { shared.hasNews.store(true, ordering: .releasing) }
    return isGood
  }

  private func settle(_ ended: [(ticket: Int64, outcome: SendOutcome)], now: Moment) {
    for (id, outcome) in ended {
      guard let index = laneOfDelivery.removeValue(forKey: id),
        let delivery = lanes[index].settle(id, outcome, now: now, random: Double.random(in: 0...1))
      else { continue }
      if case .failed(let failure) = outcome {
        let name = lanes[index].channel.name
        log.warning("outbox", "channel \(name): \(failure.words)", ["attempt": "\(delivery.attempts)"])
      }
      note(delivery, from: index)
    }
  }

  /// What has got a new state is written down with the next round; the dead pass to the fallback channel.
  private func note(_ delivery: Delivery, from index: Int) {
    changes.append(delivery)
    isCountStale = true
    guard delivery.state == .dead else { return }
    let channel = lanes[index].channel
    log.error(
      "outbox",
      "channel \(channel.name): message \(delivery.id) is given up; `marketflow alerts resend` tries it again",
      ["error": delivery.lastError ?? ""])
    if let fallback = channel.fallback, laneOfName[fallback] != nil {
      redirected.append(delivery.redirected(to: fallback))
    }
  }

  // MARK: Writing

  /// All that is to be written, in one transaction.
  private func write(_ taken: [Delivery], now: Moment) -> Bool {
    guard !changes.isEmpty || !redirected.isEmpty || !taken.isEmpty else { return true }
    let time = Timestamp(nanoseconds: now.wallNanoseconds)
    let isGood = attempt { () throws(StorageError) in
      try session.transaction { () throws(StorageError) in
        try DeliveryTable.update(changes + taken, on: session, now: time)
        try DeliveryTable.insert(redirected, on: session, now: time)
      }
    }
    guard isGood else { return false }
    for delivery in redirected { if let index = laneOfName[delivery.channel] { lanes[index].expectNews() } }
    changes.removeAll(keepingCapacity: true)
    redirected.removeAll(keepingCapacity: true)
    return true
  }

  private func giveBack(_ taken: [Delivery], now: Moment) {
    for delivery in taken {
      guard let index = laneOfDelivery.removeValue(forKey: delivery.id) else { continue }
      lanes[index].giveBack([delivery], now: now)
    }
  }

  /// Counting reads the whole table: once a second is enough, and once a minute when nothing happens but time.
  private func publish() {
    let moment = clock()
    let now = moment.monotonicNanoseconds
    let wait = isCountStale ? OutboxLoop.countNanoseconds : OutboxLoop.recountNanoseconds
    if lastCount.map({ now - $0 >= wait }) ?? true {
      let isGood = attempt { () throws(StorageError) in
        var counts = try DeliveryTable.counts(on: session, now: Timestamp(nanoseconds: moment.wallNanoseconds))
        for index in lanes.indices {
          lanes[index].count(counts.removeValue(forKey: lanes[index].channel.name) ?? DeliveryCounts())
        }
        missing = counts.sorted { $0.key < $1.key }.map { ChannelStatistics.missing($0.key, $0.value) }
      }
      // Before the first count there is nothing to say.
      guard isGood || lastCount != nil else { return }
      isCountStale = !isGood
      lastCount = now
    }
    shared.publish(lanes.map(\.statistics) + missing)
  }

  private func waitMilliseconds(isStopping: Bool) -> Int32 {
    if isStopping { return 50 }
    let moment = clock()
    let now = moment.monotonicNanoseconds
    let turn = lanes.map { $0.nextTurn(now: moment) }.min() ?? .max
    let wait = turn == .max ? OutboxLoop.longestWaitMilliseconds : max(0, turn - now) / 1_000_000 + (turn > now ? 1 : 0)
    return Int32(min(wait, OutboxLoop.longestWaitMilliseconds))
  }
}
