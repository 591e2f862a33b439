import CSimdJSON

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the vendor's status messages among the frames of a socket. Called for every frame on the network thread: one sweep
/// of `memchr` for a frame without statuses.
struct StatusReader: ~Copyable {
  /// What a frame holds.
  enum Content: Equatable {
    /// No status; `statuses` is empty.
    case data
    /// Statuses and nothing else: nobody further down needs the frame.
    case statusesOnly
    /// Statuses beside other events, or a frame that is damaged.
    case mixed
  }

  /// The statuses of the latest frame, in order.
  private(set) var statuses: [PolygonStatus] = []
  private let parser: OpaquePointer
  /// The parser reads whole words beyond the end; the socket's memory does not promise them.
  private var padded: [UInt8] = []

  init() { parser = csj_create() }

  deinit { csj_destroy(parser) }

  /// - Parameter frame: a text message as it came; nothing behind it is read.
  @inline(__always)
  mutating func look(at frame: UnsafeBufferPointer<UInt8>) -> Content {
    if !statuses.isEmpty { statuses.removeAll(keepingCapacity: true) }
    // JSON cannot say "status" without the byte `u`, escaped (`\u0073tatus`) or not; prints, quotes and bars have none.
    guard let bytes = frame.baseAddress, memchr(bytes, Int32(UInt8(ascii: "u")), frame.count) != nil else {
      return .data
    }
    return parse(frame)
  }

  @inline(never)
  private mutating func parse(_ frame: UnsafeBufferPointer<UInt8>) -> Content {
    padded.removeAll(keepingCapacity: true)
    padded.append(contentsOf: frame)
    padded.append(contentsOf: repeatElement(0, count: frameSourcePadding))
    var isWhole = false
    var others = 0
    padded.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      var events: UnsafePointer<csj_event>?
      var count = 0
      isWhole = csj_decode(parser, base, frame.count, bytes.count, &events, &count)
      for event in UnsafeBufferPointer(start: events, count: count) {
        if Int(event.kind) == CSJ_STATUS {
          statuses.append(PolygonStatus(event, text: csj_status_text(parser)))
        } else {
          others += 1
        }
      }
    }
    if statuses.isEmpty { return .data }
    return isWhole && others == 0 ? .statusesOnly : .mixed
  }
}

extension PolygonStatus {
  init(status: String, message: String) {
    self.status = status
    self.message = message
  }
}
