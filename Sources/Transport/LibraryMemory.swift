import CWebSockets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the library keeps pointers to as long as a context lives.
final class LibraryMemory {
  let protocols: UnsafeMutablePointer<lws_protocols>
  let name: UnsafeMutablePointer<CChar>
  let idlePolicy: UnsafeMutablePointer<lws_retry_bo_t>

  init(configuration: HTTPServerConfiguration) {
    name = Self.text("marketflow")

    idlePolicy = .allocate(capacity: 1)
    idlePolicy.initialize(to: lws_retry_bo_t())
    idlePolicy.pointee.secs_since_valid_ping = UInt16(configuration.pingSeconds)
    idlePolicy.pointee.secs_since_valid_hangup = UInt16(configuration.deadPeerSeconds)

    protocols = .allocate(capacity: 2)
    protocols.initialize(repeating: lws_protocols(), count: 2)
    protocols[0].name = UnsafePointer(name)
    protocols[0].callback = serverCallback
    // Not used by us, but without it the library does not announce that it is about to close a connection.
    protocols[0].per_session_data_size = 8
    // Unless told, the library cuts everything into sends of 4 KB, each after another round of its loop.
    protocols[0].tx_packet_size = Self.largestSend
  }

  /// Bytes offered to the kernel at once; what it has no room for, the library keeps.
  static let largestSend = 1 << 20

  deinit {
    protocols.deallocate()
    idlePolicy.deallocate()
    name.deallocate()
  }

  static func text(_ text: StaticString) -> UnsafeMutablePointer<CChar> {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8CodeUnitCount + 1)
    text.withUTF8Buffer { bytes in
      for (index, byte) in bytes.enumerated() { (copy + index).initialize(to: CChar(bitPattern: byte)) }
    }
    (copy + text.utf8CodeUnitCount).initialize(to: 0)
    return copy
  }

  /// The library keeps headers we do not look at, and cannot say how long they are: it gets more room than our limit, so
  /// that a request beyond the limit can be answered.
  static func headerRoom(_ configuration: HTTPServerConfiguration) -> Int { configuration.maximumHeaderBytes * 4 }

  // The library's options are macros over `1ll`, spelled out here.
  private static let disableVersionSix: UInt64 = 1 << 5
  private static let validateText: UInt64 = 1 << 8
  private static let explicitVirtualHosts: UInt64 = 1 << 13
  /// Requests the library cannot parse come to us as raw bytes, so that they get an answer.
  private static let fallBackToRaw: UInt64 = UInt64(LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG)
  private static let failUponUnableToBind: UInt64 = 1 << 30

  static let contextOptions = explicitVirtualHosts | validateText

  static func virtualHostOptions(isVersionSix: Bool) -> UInt64 {
    fallBackToRaw | failUponUnableToBind | (isVersionSix ? 0 : disableVersionSix)
  }
}
