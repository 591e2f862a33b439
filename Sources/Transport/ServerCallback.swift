import CWebSockets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Every event of every socket arrives here, on the network thread. A negative answer, or for some events any but 0,
/// closes the connection.
func serverCallback(
  _ socket: OpaquePointer?, _ reason: lws_callback_reasons, _ session: UnsafeMutableRawPointer?,
  _ data: UnsafeMutableRawPointer?, _ count: Int
) -> Int32 {
  guard let socket, let context = lws_get_context(socket), let user = lws_context_user(context) else { return 0 }
  let loop = Unmanaged<ServerLoop>.fromOpaque(user).takeUnretainedValue()
  switch reason {
  case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
    loop.server?.drainInbox()
    return 0
  case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
    return loop.admit(descriptor: Int32(truncatingIfNeeded: Int(bitPattern: data)))
  case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
    loop.opened(socket)
    return 0
  case LWS_CALLBACK_WSI_DESTROY:
    loop.destroyed(socket)
    return 0
  default: break
  }
  guard let connection = loop.connection(of: socket) else { return 0 }
  switch reason {
  case LWS_CALLBACK_HTTP: return loop.requestArrived(connection)
  case LWS_CALLBACK_HTTP_BODY:
    return loop.bodyArrived(connection, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count))
  case LWS_CALLBACK_HTTP_BODY_COMPLETION: return loop.bodyCompleted(connection)
  case LWS_CALLBACK_HTTP_WRITEABLE: return loop.responseWriteable(connection)
  case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    // The library names the function it calls from: closing and rebinding look the same otherwise.
    if let data, strcmp(data.assumingMemoryBound(to: CChar.self), "__lws_close_free_wsi") == 0 {
      loop.closing(connection)
    }
    return 0
  case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    return loop.upgradeAsked(connection, to: data?.assumingMemoryBound(to: CChar.self))
  case LWS_CALLBACK_ESTABLISHED: return loop.webSocketEstablished(connection)
  case LWS_CALLBACK_RECEIVE:
    return loop.webSocketReceived(connection, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count))
  case LWS_CALLBACK_SERVER_WRITEABLE: return loop.webSocketWriteable(connection)
  case LWS_CALLBACK_CLOSED:
    loop.webSocketGone(connection)
    return 0
  case LWS_CALLBACK_RAW_RX:
    return loop.unparsable(connection, UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : count))
  default: return 0
  }
}
