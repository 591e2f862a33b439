#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Cuts bytes into lines without copying them: a line points into the buffer. Only what a read left unfinished is moved.
struct LineReader: ~Copyable {
  enum Line {
    /// Without its line end; `frameSourcePadding` readable bytes follow. Valid until the next call.
    case text(UnsafeBufferPointer<UInt8>)
    /// A line above the limit, skipped.
    case tooLong(bytes: Int)
    case end
  }

  private let source: any ReplayBytes
  private let chunkBytes: Int
  private let limitBytes: Int
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// First byte not yet handed out.
  private var start = 0
  /// Before this byte there is no line end from `start` on.
  private var searched = 0
  private var end = 0
  private var sourceEnded = false
  /// Number of the line handed out last, from 1, empty lines counted.
  private(set) var lineNumber = 0

  init(_ source: any ReplayBytes, chunkBytes: Int, limitBytes: Int) {
    precondition(chunkBytes > 0 && limitBytes > 0, "LineReader: chunk \(chunkBytes), limit \(limitBytes)")
    self.source = source
    self.chunkBytes = chunkBytes
    self.limitBytes = limitBytes
    capacity = chunkBytes
    buffer = LineReader.allocate(capacity)
  }

  deinit { buffer.deallocate() }

  /// The next line that is not empty.
  mutating func next() throws(ReplayFileError) -> Line {
    var dropped = 0
    while true {
      if let found = memchr(buffer + searched, 0x0A, end - searched) {
        let stop = buffer.distance(to: found.assumingMemoryBound(to: UInt8.self))
        if let line = take(upTo: stop, resumingAt: stop + 1, dropped: dropped) { return line }
        dropped = 0
        continue
      }
      searched = end
      if sourceEnded {
        guard end > start || dropped > 0 else { return .end }
        if let line = take(upTo: end, resumingAt: end, dropped: dropped) { return line }
        return .end
      }
      // One byte more than the limit may be the CR of a line that fits.
      if end - start > limitBytes + 1 {
        dropped += end - start
        start = end
      }
      try fill()
    }
  }

  /// Nil for an empty line.
  private mutating func take(upTo stop: Int, resumingAt next: Int, dropped: Int) -> Line? {
    var length = stop - start
    let line = buffer + start
    lineNumber += 1
    start = next
    searched = next
    if length > 0, line[length - 1] == 0x0D { length -= 1 }
    if dropped > 0 || length > limitBytes { return .tooLong(bytes: dropped + length) }
    return length == 0 ? nil : .text(UnsafeBufferPointer(start: line, count: length))
  }

  private mutating func fill() throws(ReplayFileError) {
    let kept = end - start
    if start > 0 {
      memmove(buffer, buffer + start, kept)
      start = 0
      searched = kept
      end = kept
    }
    // Half a chunk at least, so that a long line is not read in crumbs.
    if capacity - kept < (chunkBytes + 1) / 2 {
      let larger = LineReader.allocate(capacity * 2)
      memcpy(larger, buffer, kept)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    let count = try source.read(
      into: UnsafeMutableRawBufferPointer(start: buffer + end, count: min(capacity - end, chunkBytes)))
    end += count
    sourceEnded = count == 0
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + frameSourcePadding)
    memory.initialize(repeating: 0, count: capacity + frameSourcePadding)
    return memory
  }
}
