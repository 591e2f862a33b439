import CWebSockets
import CZlib

/// permessage-deflate (RFC 7692) for messages that go to many clients: one is packed once and sent to all who take it, so that neither time nor
/// memory grows with the clients. The library's own extension packs for each client and keeps 200 KB for it; it is left to negotiate and to
/// unpack what clients send.
enum DeflatedFrames {
  /// Shorter texts gain nothing.
  static let leastBytes = 256

  /// A deflate stream by itself, without the four bytes that end a flush: it refers to no message before it, so a client may keep its window.
  /// - Returns: nil when nothing is gained.
  static func pack(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count >= leastBytes, let start = text.bindMemory(to: UInt8.self).baseAddress else { return nil }
    var stream = z_stream()
    // No header and no checksum, the whole window, little effort: the newest state is out of date after a quarter of a second.
    let status = deflateInit2_(
      &stream, 3, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "DeflatedFrames: deflateInit2 gave \(status)")
    defer { deflateEnd(&stream) }
    let packed = [UInt8](unsafeUninitializedCapacity: text.count) { output, count in
      stream.next_in = UnsafeMutablePointer(mutating: start)
      stream.avail_in = uInt(text.count)
      stream.next_out = output.baseAddress
      stream.avail_out = uInt(output.count)
      let ended = deflate(&stream, Z_SYNC_FLUSH)
      precondition(ended == Z_OK, "DeflatedFrames: deflate gave \(ended)")
      // A full output may lack the end of the flush.
      count = stream.avail_out == 0 ? 0 : output.count - Int(stream.avail_out) - 4
    }
    return packed.isEmpty ? nil : packed
  }

  /// Whether an offer (`Sec-WebSocket-Extensions`) may be taken: the library cannot agree to a smaller window of ours.
  static func isAgreeable(_ offer: String) -> Bool { !offer.contains("server_max_window_bits") }
}

/// The library's extension, but for what we send: that is packed already, and only the bit that says so is missing.
func deflateExtension(
  _ context: OpaquePointer?, _ description: UnsafePointer<lws_extension>?, _ socket: OpaquePointer?,
  _ reason: lws_extension_callback_reasons, _ state: UnsafeMutableRawPointer?,
  _ data: UnsafeMutableRawPointer?, _ count: Int
) -> Int32 {
  switch reason {
  case LWS_EXT_CB_PAYLOAD_TX: return 0
  case LWS_EXT_CB_PACKET_TX_PRESEND:
    guard let user = lws_context_user(context), let data else { return 0 }
    let loop = Unmanaged<ServerLoop>.fromOpaque(user).takeUnretainedValue()
    // The first byte of the frame: RSV1, "per-message compressed".
    if loop.isSendingDeflated { data.assumingMemoryBound(to: lws_tokens.self).pointee.token?.pointee |= 0x40 }
    return 0
  case LWS_EXT_CB_CONSTRUCT:
    let refused = lws_extension_callback_pm_deflate(context, description, socket, reason, state, data, count)
    if refused == 0, let socket, let user = lws_context_user(context) {
      Unmanaged<ServerLoop>.fromOpaque(user).takeUnretainedValue().connection(of: socket)?.takesDeflated = true
    }
    return refused
  default: return lws_extension_callback_pm_deflate(context, description, socket, reason, state, data, count)
  }
}
