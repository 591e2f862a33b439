#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where finished lines go.
public struct LogSink: Sendable {
  /// Writes one line; false when the line had to be dropped because nobody takes it.
  let write: @Sendable (_ line: [UInt8], _ level: LogLevel) -> Bool
  let isColored: Bool

  /// Standard error; coloured when it is a terminal and `NO_COLOR` is not set.
  public static var standardError: LogSink { descriptor(STDERR_FILENO) }

  /// An open file descriptor, which stays the caller's to close.
  ///
  /// A full pipe or a stopped terminal never stops the caller: the line is dropped (and counted by `Log`) when the descriptor
  /// does not become writable at once, or within 50 ms for errors.
  public static func descriptor(_ descriptor: Int32) -> LogSink {
    let isQuietTerminal = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    return LogSink(
      write: { line, level in writeWithoutWaiting(line, to: descriptor, patienceMilliseconds: level >= .error ? 50 : 0)
      },
      isColored: isatty(descriptor) == 1 && !isQuietTerminal)
  }

  /// Gives each line, without its newline, to a function; for tests and for programs that embed the engine.
  public static func function(_ receive: @escaping @Sendable (String) -> Void) -> LogSink {
    LogSink(
      write: { line, _ in
        receive(String(decoding: line.dropLast(), as: UTF8.self))
        return true
      }, isColored: false)
  }

  /// A pipe that polls as writable takes this many bytes without blocking (POSIX PIPE_BUF on Linux).
  private static let chunkBytes = 4_096

  private static func writeWithoutWaiting(_ line: [UInt8], to descriptor: Int32, patienceMilliseconds: Int32) -> Bool {
    line.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Once a line has begun, a short wait is better than half a line.
        let ready = poll(&request, 1, sent == 0 ? patienceMilliseconds : 50)
        if ready < 0 && errno == EINTR { continue }
        guard ready > 0, request.revents & Int16(POLLOUT) != 0 else { return false }
        let chunk = UnsafeRawBufferPointer(rebasing: bytes[sent..<min(sent + chunkBytes, bytes.count)])
        #if canImport(Darwin)
          let count = Darwin.write(descriptor, chunk.baseAddress, chunk.count)
        #elseif canImport(Musl)
          let count = Musl.write(descriptor, chunk.baseAddress, chunk.count)
        #else
          let count = Glibc.write(descriptor, chunk.baseAddress, chunk.count)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        sent += count
      }
      return true
    }
  }
}
