import Transport

/// One message, encoded once and shared by all clients that get it.
final class StreamMessage {
  let bytes: [UInt8]
  /// The same as the transport sends it.
  private(set) lazy var frame = OutgoingFrame(text: bytes)

  init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// How a message waits for a slow reader.
enum StreamDelivery: Sendable {
  /// A newer message of the kind takes its place.
  case latest
  /// In order.
  case queued
}

/// Somebody who listens.
protocol StreamClient: AnyObject {
  /// So much waits already that a further batch would only be dropped.
  var isBehind: Bool { get }
  func send(_ message: StreamMessage, _ delivery: StreamDelivery)
}

/// Where a client that comes back left off.
struct ResumePoint: Sendable, Hashable {
  var epoch: String
  /// Id of the last print it has.
  var after: Int64?
}
