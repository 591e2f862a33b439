#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which addresses belong to the public Internet: an address that was typed in or resolved must not lead into this machine, its
/// network, or the metadata service of a cloud (169.254.169.254). From IANA's registries of special-purpose addresses.
enum PublicAddress {
  static func isPublic(_ address: UnsafePointer<sockaddr>) -> Bool {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        isPublic(version4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
      }
    case AF_INET6:
      address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        isPublic(version6: withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) })
      }
    // A Unix socket.
    default: false
    }
  }

  /// - Parameter version4: the first byte is the highest.
  static func isPublic(version4 address: UInt32) -> Bool {
    !blocks4.contains { block in address >> (32 - block.bits) == block.start >> (32 - block.bits) }
  }

  private struct Block {
    let start: UInt32
    let bits: UInt32
    init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ bits: UInt32) {
      start = a << 24 | b << 16 | c << 8
      self.bits = bits
    }
  }

  private static let blocks4 = [
    Block(0, 0, 0, 8), Block(10, 0, 0, 8), Block(100, 64, 0, 10), Block(127, 0, 0, 8), Block(169, 254, 0, 16),
    Block(172, 16, 0, 12), Block(192, 0, 0, 24), Block(192, 0, 2, 24), Block(192, 88, 99, 24), Block(192, 168, 0, 16),
    Block(198, 18, 0, 15), Block(198, 51, 100, 24), Block(203, 0, 113, 24), Block(224, 0, 0, 4), Block(240, 0, 0, 4),
  ]

  /// - Parameter bytes: 16.
  static func isPublic(version6 bytes: [UInt8]) -> Bool {
    func version4(at offset: Int) -> UInt32 { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    // Addresses of version 4 in disguise: mapped, translated (RFC 6052), 6to4.
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return isPublic(version4: version4(at: 12))
    }
    if bytes[..<12] == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return isPublic(version4: version4(at: 12)) }
    if bytes[0] == 0x20, bytes[1] == 0x02 { return isPublic(version4: version4(at: 2)) }
    // Outside 2000::/3 nothing is public.
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    // 2001::/23 is for protocols (Teredo, ORCHID...); 2001:db8::/32 and 3fff::/20 for documentation.
    if bytes[0] == 0x20, bytes[1] == 0x01 { return bytes[2] >= 2 && !(bytes[2] == 0x0D && bytes[3] == 0xB8) }
    return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10)
  }
}
