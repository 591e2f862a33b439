import CWebSockets

/// What the library keeps pointers to as long as a client context lives.
final class ClientLibraryMemory {
  let name: UnsafeMutablePointer<CChar>
  let protocolNegotiation: UnsafeMutablePointer<CChar>
  let protocols: UnsafeMutablePointer<lws_protocols>
  let extensions: UnsafeMutablePointer<lws_extension>
  let idlePolicy: UnsafeMutablePointer<lws_retry_bo_t>
  private let compressionName: UnsafeMutablePointer<CChar>
  private let compressionOffer: UnsafeMutablePointer<CChar>

  /// Bytes read at once: a message that fits comes in one piece, and one visit of the library's loop takes as much as this.
  static let receiveBytes = 128 * 1024

  init(configuration: ClientLoopConfiguration) {
    name = LibraryMemory.text("marketflow")
    protocolNegotiation = LibraryMemory.text("http/1.1")
    compressionName = LibraryMemory.text("permessage-deflate")
    compressionOffer = LibraryMemory.text("permessage-deflate; client_no_context_takeover; client_max_window_bits")

    idlePolicy = .allocate(capacity: 1)
    idlePolicy.initialize(to: lws_retry_bo_t())
    idlePolicy.pointee.secs_since_valid_ping = UInt16(configuration.pingSeconds)
    idlePolicy.pointee.secs_since_valid_hangup = UInt16(configuration.deadPeerSeconds)

    protocols = .allocate(capacity: 2)
    protocols.initialize(repeating: lws_protocols(), count: 2)
    protocols[0].name = UnsafePointer(name)
    protocols[0].callback = clientCallback
    protocols[0].rx_buffer_size = Self.receiveBytes
    protocols[0].tx_packet_size = LibraryMemory.largestSend

    extensions = .allocate(capacity: 2)
    extensions.initialize(repeating: lws_extension(), count: 2)
    if configuration.offersCompression {
      extensions[0].name = UnsafePointer(compressionName)
      extensions[0].callback = lws_extension_callback_pm_deflate
      extensions[0].client_offer = UnsafePointer(compressionOffer)
    }
  }

  deinit {
    extensions.deallocate()
    protocols.deallocate()
    idlePolicy.deallocate()
    compressionOffer.deallocate()
    compressionName.deallocate()
    protocolNegotiation.deallocate()
    name.deallocate()
  }

  // The library's options are macros over `1ll`, spelled out here.
  private static let prepareTLS: UInt64 = 1 << 12
  private static let explicitVirtualHosts: UInt64 = 1 << 13

  static func contextOptions(preparingTLS: Bool) -> UInt64 { explicitVirtualHosts | (preparingTLS ? prepareTLS : 0) }

  /// Here the same option means: this host's clients may use TLS.
  static let virtualHostOptions = prepareTLS

  /// The library's LWS_TO_KILL_ASYNC, a macro.
  static let killSoon: Int32 = -1

  /// Compressed messages are inflated in steps of this power of two; unless told, of 1 KB.
  private static let inflateOptions: StaticString = "rx_buf_size=16"

  /// Answers the library's question for the compression's settings.
  static func writeInflateOptions(_ room: UnsafeMutableRawPointer?, _ count: Int) {
    let length = inflateOptions.utf8CodeUnitCount
    guard let room, count > length else { return }
    room.copyMemory(from: inflateOptions.utf8Start, byteCount: length)
    room.storeBytes(of: 0, toByteOffset: length, as: UInt8.self)
  }
}
