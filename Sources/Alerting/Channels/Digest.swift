import CCrypto
import Foundation

/// Check sums by OpenSSL.
enum Digest {
  static func sha256Hex(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var sum = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let done = EVP_Digest(bytes, bytes.count, &sum, &count, EVP_sha256(), nil)
    precondition(done == 1 && count == 32, "Digest: libcrypto has no SHA-256")
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: sum.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func hmacSHA256Base64(_ bytes: [UInt8], key: [UInt8]) -> String {
    var sum = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    let done = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &sum, &count)
    precondition(done != nil && count == 32, "Digest: libcrypto has no HMAC-SHA256")
    return Base64.encode(sum)
  }
}

enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
  static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
