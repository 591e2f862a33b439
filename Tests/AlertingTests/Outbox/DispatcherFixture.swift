import Foundation
import Logging
import MarketModel
import Storage
import Synchronization
import Testing

@testable import Alerting

/// A dispatcher on a real file, whose statistics can be waited for.
final class DispatcherFixture {
  struct TooLate: Error { let statistics: [ChannelStatistics] }

  let session: SQLSession
  let dispatcher: OutboxDispatcher
  private let heard = Heard()

  private final class Heard: Sendable {
    let statistics = Mutex<[ChannelStatistics]>([])
    let changed = DispatchSemaphore(value: 0)
  }

  init(
    _ folder: OutboxFolder, _ channels: [ChannelConfiguration], _ deliveries: [Delivery],
    clock: @escaping @Sendable () -> Moment = { .now }
  ) throws {
    session = try folder.session()
    try DeliveryTable.insert(deliveries, on: session)
    dispatcher = OutboxDispatcher(
      session: try session.makeSession(), channels: channels, log: Log(minimumLevel: .critical), clock: clock
    ) { [heard] statistics in
      heard.statistics.withLock { $0 = statistics }
      heard.changed.signal()
    }
  }

  deinit { dispatcher.stop() }

  /// Waits until the statistics are as wanted: longer than anything takes on a busy machine.
  func wait(until isWanted: ([ChannelStatistics]) -> Bool) throws {
    let deadline = DispatchTime.now() + .seconds(300)
    while !isWanted(heard.statistics.withLock { $0 }) {
      guard heard.changed.wait(timeout: deadline) == .success else {
        throw TooLate(statistics: heard.statistics.withLock { $0 })
      }
    }
  }

  /// Waits until so many messages in all are delivered or dead.
  func waitUntilSettled(_ count: Int) throws {
    try wait { $0.reduce(0) { $0 + $1.delivered + $1.dead } == count }
  }

  func statistics(_ name: String) throws -> ChannelStatistics {
    try #require(heard.statistics.withLock { $0 }.first { $0.name == name })
  }

  /// By channel: state, attempts and error of every message.
  func rows(_ channel: String) throws -> [(state: String, attempts: Int64, error: String?)] {
    try session.rows(
      "SELECT state, attempts, last_error FROM deliveries WHERE channel = $1 ORDER BY delivery_id", [.text(channel)]
    ).map { ($0[0].text ?? "", $0[1].integer ?? -1, $0[2].text) }
  }
}
