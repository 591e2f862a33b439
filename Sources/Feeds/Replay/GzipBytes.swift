import CZlib

/// Gzip data (RFC 1952), one or more members, unpacked as they are read.
final class GzipBytes: ReplayBytes {
  private let file: FileBytes
  /// On the heap: zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var finished = false
  private var betweenMembers = false
  /// Found while good bytes were still to be handed out.
  private var failure: ReplayFileError?

  init(file: FileBytes, inputBytes: Int) throws(ReplayFileError) {
    self.file = file
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    input = .allocate(byteCount: inputBytes, alignment: 16)
    // 15 bits of window as gzip prescribes; 16 more says "gzip header and checksum, nothing else".
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "GzipBytes: inflateInit2 gave \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    input.deallocate()
  }

  var fileOffset: Int { file.fileOffset - Int(stream.pointee.avail_in) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReplayFileError) -> Int {
    if let failure { throw failure }
    guard !finished, let target = buffer.baseAddress else { return 0 }
    let wanted = min(buffer.count, Int(UInt32.max))
    stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(wanted)
    do throws(ReplayFileError) {
      while stream.pointee.avail_out > 0, try unpackSome() {}
    } catch {
      failure = error
    }
    let count = wanted - Int(stream.pointee.avail_out)
    if count == 0, let failure { throw failure }
    return count
  }

  /// One call of the library; false at the end of the data.
  private func unpackSome() throws(ReplayFileError) -> Bool {
    if stream.pointee.avail_in == 0, try refill() == 0 {
      guard betweenMembers else { throw damaged("ends in the middle of the compressed data") }
      finished = true
    } else if betweenMembers {
      try startNextMember()
    }
    guard !finished else { return false }
    let status = inflate(stream, Z_NO_FLUSH)
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: betweenMembers = true
    default: throw damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
    }
    return true
  }

  private func refill() throws(ReplayFileError) -> Int {
    let count = try file.read(into: input)
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    return count
  }

  /// Files may be joined (`cat a.gz b.gz`) or padded with zeros; anything else behind a member is damage.
  private func startNextMember() throws(ReplayFileError) {
    switch stream.pointee.next_in.pointee {
    case 0x1F:
      inflateReset(stream)
      betweenMembers = false
    case 0: finished = true
    default: throw damaged("bytes that are not gzip follow the compressed data")
    }
  }

  private func damaged(_ reason: String) -> ReplayFileError {
    ReplayFileError(
      .damaged,
      "replay file \(file.path): damaged gzip data at byte \(fileOffset) of \(file.size): \(reason); copy or download it again"
    )
  }
}
