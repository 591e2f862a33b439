import Foundation
import MarketModel
import Storage

@testable import Alerting

/// A folder with an outbox in a real file, which goes away with this object.
final class OutboxFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "marketflow-outbox-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  var database: String { url.appending(path: "alerts.duckdb").path }

  /// A session on the file, with its table.
  func session() throws -> SQLSession {
    let session = try SQLSession(file: database, memoryLimitMegabytes: 96)
    for statement in DeliveryTable.createSQL { try session.execute(statement) }
    return session
  }

  /// A message that no other number has.
  static func delivery(_ number: Int, channel: String) -> Delivery {
    Delivery(
      idempotencyKey: Delivery.key(alert: "run 1/sweep/\(number)", channel: channel), alertID: Int64(number),
      channel: channel,
      message: OutboundMessage(
        severity: .high, title: "Alert \(number)", text: "SPY <calls> & @everyone",
        fields: [OutboundMessage.Field("Premium", "$1,250,000"), OutboundMessage.Field("Side", "buy")],
        time: Timestamp(seconds: 1_763_735_400)))
  }
}
