import Dispatch
import Logging
import MarketModel
import Rings
import Storage
import Synchronization

/// Sends what the outbox holds, on a thread of its own, until it is stopped. What was under way when a process was killed is sent
/// again under the same key by the next one.
public final class OutboxDispatcher: Sendable {
  private let shared: OutboxShared
  private let thread: WorkerThread

  /// - Parameters:
  ///   - session: of the alerts' database, for this dispatcher alone; the table is there.
  ///   - channels: names are different.
  public convenience init(session: SQLSession, channels: [ChannelConfiguration], log: Log) {
    self.init(session: session, channels: channels, log: log) { _ in }
  }

  /// - Parameters:
  ///   - clock: another one in tests only.
  ///   - told: hears the statistics after each round, on the dispatcher's thread.
  init(
    session: SQLSession, channels: [ChannelConfiguration], log: Log, clock: @escaping @Sendable () -> Moment = { .now },
    told: @escaping @Sendable ([ChannelStatistics]) -> Void
  ) {
    precondition(Set(channels.map(\.name)).count == channels.count, "OutboxDispatcher: two channels with one name")
    let shared = OutboxShared(told: told)
    self.shared = shared
    thread = WorkerThread("outbox", .patient) {
      OutboxLoop(shared: shared, session: session, channels: channels, log: log, clock: clock).run()
    }
  }

  /// Sends until nothing waits any more: for a process that does only this.
  /// - Returns: how each channel did.
  /// - Throws: `.statement` for an outbox that cannot be used at all.
  public static func drain(
    session: SQLSession, channels: [ChannelConfiguration], log: Log
  ) throws(StorageError) -> [ChannelStatistics] {
    // A dispatcher waits for a file that refuses; somebody who asked for this wants to be told.
    try DeliveryTable.recover(on: session, now: Timestamp(nanoseconds: Moment.now.wallNanoseconds))
    let isDone = DispatchSemaphore(value: 0)
    let dispatcher = OutboxDispatcher(session: session, channels: channels, log: log) { statistics in
      if statistics.allSatisfy({ $0.queued == 0 }) { isDone.signal() }
    }
    isDone.wait()
    dispatcher.stop()
    return dispatcher.statistics
  }

  /// There are new messages, or dead ones were put back: say it after the transaction. Any thread.
  public func wake() { shared.wake() }

  /// How each channel is doing, in the order of the configuration, then those that only the outbox knows; at most a second old.
  /// Any thread.
  public var statistics: [ChannelStatistics] { shared.statistics.withLock { $0 } }

  /// Sends nothing new, waits a few seconds for what is under way, and ends the thread.
  public func stop() {
    shared.isStopping.store(true, ordering: .releasing)
    shared.wake()
    thread.join()
  }
}

/// What the dispatcher's thread and the others share.
final class OutboxShared: Sendable {
  let sender = Sender()
  let statistics = Mutex<[ChannelStatistics]>([])
  let hasNews = Atomic<Bool>(true)
  let isStopping = Atomic<Bool>(false)
  private let told: @Sendable ([ChannelStatistics]) -> Void

  init(told: @escaping @Sendable ([ChannelStatistics]) -> Void) { self.told = told }

  func publish(_ all: [ChannelStatistics]) {
    statistics.withLock { $0 = all }
    told(all)
  }

  func wake() {
    hasNews.store(true, ordering: .releasing)
    sender.wake()
  }
}
