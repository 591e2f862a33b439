import CZlib

/// Text as gzip (RFC 1952), packed once as small as zlib can: it is sent many times.
enum GzipText {
  /// - Returns: the same bytes for the same text, since no time stands in them.
  static func pack(_ text: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window; 16 more says "gzip header and checksum".
    let status = deflateInit2_(
      &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "GzipText: deflateInit2 gave \(status)")
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, uLong(text.count)))
    var input = text
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(bound)
        let ended = deflate(&stream, Z_FINISH)
        precondition(ended == Z_STREAM_END, "GzipText: deflate gave \(ended)")
      }
      count = bound - Int(stream.avail_out)
    }
  }

  /// Whether an `Accept-Encoding` takes gzip: it, or everything, is named and not with a weight of zero.
  static func isAccepted(_ header: String?) -> Bool {
    guard let header else { return false }
    var everything = false
    for part in header.lowercased().split(separator: ",") {
      let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      guard let name = words.first else { continue }
      let isTaken = !words.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
      if name == "gzip" { return isTaken }
      if name == "*" { everything = isTaken }
    }
    return everything
  }
}
