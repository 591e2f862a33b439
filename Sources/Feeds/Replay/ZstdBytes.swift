import CZstd

/// Zstandard data (RFC 8878), one or more frames, unpacked as they are read.
final class ZstdBytes: ReplayBytes {
  private let file: FileBytes
  private let stream: OpaquePointer
  private let input: UnsafeMutableRawBufferPointer
  private var pending = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
  /// What the decoder last said it still wants; 0 between frames.
  private var expected = 1
  /// Nothing is known to be left inside the decoder.
  private var drained = true
  /// Found while good bytes were still to be handed out.
  private var failure: ReplayFileError?

  init(file: FileBytes, inputBytes: Int) {
    self.file = file
    guard let stream = ZSTD_createDStream() else { preconditionFailure("ZstdBytes: out of memory") }
    self.stream = stream
    input = .allocate(byteCount: inputBytes, alignment: 16)
  }

  deinit {
    ZSTD_freeDStream(stream)
    input.deallocate()
  }

  var fileOffset: Int { file.fileOffset - (pending.size - pending.pos) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReplayFileError) -> Int {
    if let failure { throw failure }
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    do throws(ReplayFileError) {
      while output.pos < output.size, try unpackSome(&output) {}
    } catch {
      failure = error
    }
    if output.pos == 0, let failure { throw failure }
    return output.pos
  }

  /// One call of the library; false at the end of the data.
  private func unpackSome(_ output: inout ZSTD_outBuffer) throws(ReplayFileError) -> Bool {
    // Between frames the library is not asked without input: it would answer that it waits for a header.
    if pending.pos == pending.size, drained || expected == 0 {
      let count = try file.read(into: input)
      if count == 0 {
        guard expected == 0 else { throw damaged("ends in the middle of the compressed data") }
        return false
      }
      pending = ZSTD_inBuffer(src: input.baseAddress, size: count, pos: 0)
    }
    let status = ZSTD_decompressStream(stream, &output, &pending)
    guard ZSTD_isError(status) == 0 else { throw damaged(String(cString: ZSTD_getErrorName(status))) }
    expected = status
    drained = output.pos < output.size
    return true
  }

  private func damaged(_ reason: String) -> ReplayFileError {
    ReplayFileError(
      .damaged,
      "replay file \(file.path): damaged zstd data at byte \(fileOffset) of \(file.size): \(reason); copy or download it again"
    )
  }
}
