import CWebSockets

/// One WebSocket text message, built once and shared by every client it goes to.
///
/// The library writes the few bytes of framing into room kept before the payload; they are the same for every client, and
/// only the network thread writes them. So a frame belongs to one server.
public final class OutgoingFrame: @unchecked Sendable {
  private let storage: UnsafeMutableRawPointer
  /// Payload bytes.
  public let count: Int

  /// - Parameter text: valid UTF-8.
  public convenience init(text: [UInt8]) {
    self.init(count: text.count) { room in text.withUnsafeBytes { room.copyMemory(from: $0) } }
  }

  /// - Parameter text: valid UTF-8.
  public convenience init(text: String) { self.init(text: Array(text.utf8)) }

  /// Builds the payload in place.
  public init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
    self.count = count
    storage = .allocate(byteCount: CLWS_PRE + count, alignment: 16)
    fill(UnsafeMutableRawBufferPointer(start: storage + CLWS_PRE, count: count))
  }

  deinit { storage.deallocate() }

  var payload: UnsafeMutablePointer<UInt8> { (storage + CLWS_PRE).assumingMemoryBound(to: UInt8.self) }
}

/// How a frame waits for a reader that is slower than we are.
public enum Delivery: Sendable, Equatable {
  /// A newer frame of the same slot takes its place: the reader gets the newest state. Slots are 0 to 7.
  case latest(slot: Int)
  /// Kept in order up to the client's bound; then the oldest are dropped and counted.
  case queued
}
