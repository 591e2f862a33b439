import CZstd
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Packs one closed segment with Zstandard, a little at a time, so that the thread can commit in between. The packed file takes
/// its name when it is whole on the disk; only then the plain one goes.
final class SegmentPacking {
  let name: SegmentName
  private let folder: JournalFolder
  private let disk: DiskCalls
  private let source: OpenFile
  private let unfinishedPath: String
  private var phase = Phase.checking
  private var checked: SegmentCheck
  private var output: OpenFile?
  private let stream: OpaquePointer
  private let plain: UnsafeMutableRawBufferPointer
  private let packed: UnsafeMutableRawBufferPointer
  private var readBytes: Int64 = 0
  private var packedBytes: Int64 = 0

  private enum Phase {
    /// Nothing is packed that could not be read again.
    case checking
    case packing
    case done
  }

  private static let stepBytes = 1 << 18
  /// Half the work of the default level 3, for files that are a fourteenth larger.
  private static let level: Int32 = 1

  /// Nil when there is no such plain file (any more).
  init?(_ folder: JournalFolder, _ name: SegmentName, id: JournalID, disk: DiskCalls) throws(JournalError) {
    guard let source = try OpenFile(reading: folder.plainPath(name)) else { return nil }
    guard let stream = ZSTD_createCCtx() else { preconditionFailure("SegmentPacking: out of memory") }
    ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, Self.level)
    self.folder = folder
    self.name = name
    self.disk = disk
    self.source = source
    self.stream = stream
    unfinishedPath = folder.packedPath(name) + JournalFolder.unfinishedSuffix
    checked = SegmentCheck(source, name, id: id)
    plain = .allocate(byteCount: Self.stepBytes, alignment: 16)
    packed = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)
  }

  deinit {
    ZSTD_freeCCtx(stream)
    plain.deallocate()
    packed.deallocate()
  }

  /// Some of the work; true when all of it is done.
  /// - Throws: `.damaged` when the segment cannot be read to its end: it stays as it is; `.file`.
  func step() throws(JournalError) -> Bool {
    switch phase {
    case .checking:
      if try checked.step(bytes: 4 * Self.stepBytes) {
        output = try OpenFile(making: unfinishedPath)
        phase = .packing
      }
    case .packing:
      if try pack() {
        try finish()
        phase = .done
      }
    case .done: break
    }
    return phase == .done
  }

  /// Takes away what is not finished.
  func abandon() {
    if phase == .packing { unlink(unfinishedPath) }
  }

  private func pack() throws(JournalError) -> Bool {
    guard let output else { return true }
    let count = try source.read(plain, at: readBytes)
    readBytes += Int64(count)
    let isLast = count < plain.count
    var input = ZSTD_inBuffer(src: plain.baseAddress, size: count, pos: 0)
    while true {
      var piece = ZSTD_outBuffer(dst: packed.baseAddress, size: packed.count, pos: 0)
      let left = ZSTD_compressStream2(stream, &piece, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
      guard ZSTD_isError(left) == 0 else {
        throw .file(path: unfinishedPath, action: "packed", words: String(cString: ZSTD_getErrorName(left)))
      }
      try output.write(UnsafeRawBufferPointer(rebasing: packed[..<piece.pos]), at: packedBytes)
      packedBytes += Int64(piece.pos)
      if isLast ? left == 0 : input.pos == input.size { return isLast }
    }
  }

  private func finish() throws(JournalError) {
    guard let output else { return }
    guard disk.sync(output.descriptor) == 0 else { throw .file(unfinishedPath, "written to the disk") }
    let path = folder.packedPath(name)
    guard rename(unfinishedPath, path) == 0 else { throw .file(path, "put in place") }
    try JournalFolder.sync(folder: folder.dayPath(name.day), disk)
    guard unlink(source.path) == 0 else { throw .file(source.path, "removed") }
  }
}

/// Reads a closed segment to its end, to know that it can be.
struct SegmentCheck: ~Copyable {
  private var reader: SegmentReader
  private var isInHeader = true

  init(_ file: OpenFile, _ name: SegmentName, id: JournalID) {
    reader = SegmentReader(file, isPacked: false, name: name, id: id)
  }

  /// Goes on for about so many bytes; true at the end.
  mutating func step(bytes: Int) throws(JournalError) -> Bool {
    if isInHeader {
      guard case .header = try reader.header({ _ in }) else { throw damaged() }
      isInHeader = false
    }
    let stop = reader.offset + Int64(bytes)
    while reader.offset < stop {
      switch try reader.next() {
      case .block: continue
      case .end: return true
      case .broken: throw damaged()
      }
    }
    return false
  }

  private func damaged() -> JournalError {
    .damaged(
      path: reader.path, offset: reader.offset,
      words:
        "no whole block is there, though the segment was closed; it is not packed: put a good copy of the file in its place"
    )
  }
}
