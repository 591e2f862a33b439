import CZstd
import Testing

@testable import Journal

@Suite struct XXHash64Tests {
  private func hash(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0) -> UInt64 {
    Array(bytes).withUnsafeBytes { XXHash64.hash($0, seed: seed) }
  }

  /// Published values of the algorithm.
  @Test func knownTexts() {
    #expect(hash([]) == 0xEF46_DB37_51D8_E999)
    #expect(hash("a".utf8) == 0xD24E_C4F1_A98C_6E5B)
    #expect(hash("abc".utf8) == 0x44BC_2CF5_AD77_0999)
    #expect(hash("Nobody inspects the spammish repetition".utf8) == 0xFBCE_A83C_8A37_8BF1)
  }

  /// Zstandard ends its frames with the low half of the hash of the content (RFC 8878, 3.1.1).
  @Test func everyLengthAsZstandardHasIt() throws {
    var random = SplitMix(seed: 5)
    let stream = try #require(ZSTD_createCCtx())
    defer { ZSTD_freeCCtx(stream) }
    ZSTD_CCtx_setParameter(stream, ZSTD_c_checksumFlag, 1)
    for length in 0...300 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(length))
      let count = ZSTD_compress2(stream, &packed, packed.count, bytes, length)
      let low = packed[count - 4..<count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(hash(bytes) & 0xFFFF_FFFF == low, "length \(length)")
    }
  }

  @Test func theSeedCounts() { #expect(hash("abc".utf8, seed: 1) != hash("abc".utf8)) }
}
