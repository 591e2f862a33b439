#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Two connected sockets, one of them for a child: no program that is started later inherits either.
public struct SocketPair {
  public let ours: Int32
  public let theirs: Int32

  /// Nil when the system has none; `errno` says why.
  public init?() {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
        return nil
      }
    #else
      guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    (ours, theirs) = (ends[0], ends[1])
  }

  public func close() {
    closeDescriptor(ours)
    closeDescriptor(theirs)
  }
}

/// The system's function by a name that a method does not hide.
private func closeDescriptor(_ descriptor: Int32) {
  #if canImport(Glibc)
    _ = Glibc.close(descriptor)
  #else
    _ = Darwin.close(descriptor)
  #endif
}
