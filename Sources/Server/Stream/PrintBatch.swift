/// New prints encoded once. What differs from client to client is the number of missed prints, so each number that occurs
/// gets one message.
final class PrintBatch {
  private let epoch: String
  private let rows: [PrintRow]
  private let cancelled: [Int64]
  private var messages: [Int64: StreamMessage] = [:]

  init(epoch: String, rows: [PrintRow], cancelled: [Int64]) {
    self.epoch = epoch
    self.rows = rows
    self.cancelled = cancelled
  }

  func message(missed: Int64) -> StreamMessage {
    if let known = messages[missed] { return known }
    let batch = StreamPrints(epoch: epoch, missed: missed, rows: rows, cancelled: cancelled)
    let made = StreamMessage(StreamPrints.schema.encode(batch, reservingBytes: 512 + rows.count * 640))
    messages[missed] = made
    return made
  }
}
