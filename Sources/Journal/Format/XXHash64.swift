/// The 64-bit xxHash (Yann Collet, "xxHash fast digest algorithm", format 0.1.1): tells a damaged or half-written block from
/// a whole one at memory speed. The seed ties a block to its place, so that old bytes of another file are never taken for it.
package enum XXHash64 {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  package static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var index = 0
    var hash: UInt64
    if bytes.count >= 32 {
      hash = stripes(bytes, seed: seed, index: &index)
    } else {
      hash = seed &+ prime5
    }
    hash &+= UInt64(bytes.count)
    while index + 8 <= bytes.count {
      hash ^= round(0, word(bytes, index))
      hash = rotated(hash, 27) &* prime1 &+ prime4
      index += 8
    }
    if index + 4 <= bytes.count {
      let half = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
      hash ^= UInt64(half) &* prime1
      hash = rotated(hash, 23) &* prime2 &+ prime3
      index += 4
    }
    while index < bytes.count {
      hash ^= UInt64(bytes[index]) &* prime5
      hash = rotated(hash, 11) &* prime1
      index += 1
    }
    hash ^= hash >> 33
    hash &*= prime2
    hash ^= hash >> 29
    hash &*= prime3
    return hash ^ hash >> 32
  }

  /// The part of 32 bytes at a time, in four lanes.
  private static func stripes(_ bytes: UnsafeRawBufferPointer, seed: UInt64, index: inout Int) -> UInt64 {
    var lane1 = seed &+ prime1 &+ prime2
    var lane2 = seed &+ prime2
    var lane3 = seed
    var lane4 = seed &- prime1
    while index + 32 <= bytes.count {
      lane1 = round(lane1, word(bytes, index))
      lane2 = round(lane2, word(bytes, index + 8))
      lane3 = round(lane3, word(bytes, index + 16))
      lane4 = round(lane4, word(bytes, index + 24))
      index += 32
    }
    var hash = rotated(lane1, 1) &+ rotated(lane2, 7) &+ rotated(lane3, 12) &+ rotated(lane4, 18)
    hash = (hash ^ round(0, lane1)) &* prime1 &+ prime4
    hash = (hash ^ round(0, lane2)) &* prime1 &+ prime4
    hash = (hash ^ round(0, lane3)) &* prime1 &+ prime4
    return (hash ^ round(0, lane4)) &* prime1 &+ prime4
  }

  @inline(__always) private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
  }
  @inline(__always) private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
    rotated(lane &+ input &* prime2, 31) &* prime1
  }
  @inline(__always) private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value &<< bits | value &>> (64 - bits)
  }
}
