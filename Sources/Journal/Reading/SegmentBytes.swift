import CZstd

/// A segment file's bytes in order, unpacked where it is packed.
final class SegmentBytes {
  let file: OpenFile
  /// Where the next bytes of the file itself are taken from.
  private(set) var fileOffset: Int64 = 0
  private let unpacking: Unpacking?

  private struct Unpacking {
    let stream: OpaquePointer
    let input: UnsafeMutableRawBufferPointer
  }
  private var pending = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  /// Bytes the library still wants for the frame; 0 behind its end.
  private var wanted = 1

  init(_ file: OpenFile, isPacked: Bool) {
    self.file = file
    if isPacked {
      guard let stream = ZSTD_createDStream() else { preconditionFailure("SegmentBytes: out of memory") }
      unpacking = Unpacking(stream: stream, input: .allocate(byteCount: ZSTD_DStreamInSize(), alignment: 16))
    } else {
      unpacking = nil
    }
  }

  deinit {
    guard let unpacking else { return }
    ZSTD_freeDStream(unpacking.stream)
    unpacking.input.deallocate()
  }

  var isPacked: Bool { unpacking != nil }

  /// Fills the buffer as far as there are bytes.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(JournalError) -> Int {
    if let unpacking { return try unpack(unpacking, into: buffer) }
    let count = try file.read(buffer, at: fileOffset)
    fileOffset += Int64(count)
    return count
  }

  /// Goes on at another place; plain files only.
  func seek(_ offset: Int64) {
    precondition(unpacking == nil, "SegmentBytes: a packed file is read from its beginning")
    fileOffset = offset
  }

  private func unpack(
    _ unpacking: Unpacking, into buffer: UnsafeMutableRawBufferPointer
  ) throws(JournalError) -> Int {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while output.pos < output.size, wanted != 0 {
      if pending.pos == pending.size {
        let count = try file.read(unpacking.input, at: fileOffset)
        fileOffset += Int64(count)
        pending = ZSTD_inBuffer(src: unpacking.input.baseAddress, size: count, pos: 0)
      }
      let before = (pending.pos, output.pos)
      wanted = ZSTD_decompressStream(unpacking.stream, &output, &pending)
      guard ZSTD_isError(wanted) == 0 else { throw damaged("\(String(cString: ZSTD_getErrorName(wanted)))") }
      guard wanted == 0 || (pending.pos, output.pos) != before else {
        throw damaged("it ends in the middle of the packed data")
      }
    }
    return output.pos
  }

  private func damaged(_ reason: String) -> JournalError {
    .damaged(
      path: file.path, offset: fileOffset - Int64(pending.size - pending.pos),
      words: "zstd says: \(reason); put a good copy in its place, or move the day's folder away")
  }
}
