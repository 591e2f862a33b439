import FlowEngine

/// New and changed detections, up to twenty times a second.
struct StreamDetections: Sendable {
  var epoch: String
  var missed: Int64
  var rows: [DetectionRow]

  static let schema = Schema<StreamDetections>(
    "StreamDetections", "Detections that are new or have changed, at most every 50 ms; each as it is now.",
    [
      .constant("type", "detections", "Kind of message."),
      .text("epoch", "Changes with every start.") { $0.epoch },
      .integer("missed", "News this client did not get since its last batch; /detections has them.") { $0.missed },
      .records("rows", "In the order in which they began to differ.", DetectionRow.schema) { $0.rows },
    ])

  /// What waits, as it is now.
  init(_ waiting: WaitingDetections, epoch: String, model: ReadModel) {
    self.epoch = epoch
    rows = waiting.ids.compactMap { id in model.detections[id].map { model.row($0.detection) } }
    // Those that have fallen out of memory.
    missed = waiting.missed.addingSaturating(Int64(waiting.ids.count - rows.count))
  }

  var message: StreamMessage {
    StreamMessage(StreamDetections.schema.encode(self, reservingBytes: 256 + rows.count * 1024))
  }
}
