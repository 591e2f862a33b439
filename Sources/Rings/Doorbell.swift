import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Lets a thread sleep until another has work for it, without a lock: a pipe, written only when the sleeper said that it is
/// about to sleep.
public final class Doorbell: Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32
  private let sleeping = Atomic<Bool>(false)

  public init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0, "Doorbell: no file descriptors left (errno \(errno)); raise `ulimit -n`")
    readEnd = ends[0]
    writeEnd = ends[1]
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// Wakes the sleeper if there is one. Any thread; costs one atomic read when nobody sleeps.
  @inline(__always)
  public func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if sleeping.load(ordering: .relaxed) { wake() }
  }

  @inline(never)
  private func wake() {
    guard sleeping.exchange(false, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 1
    _ = write(writeEnd, &byte, 1)
  }

  /// Sleeps until rung or until the time is over, unless `hasWork` already says yes. One thread only.
  /// - Parameter milliseconds: longest sleep; -1 for no limit.
  public func wait(milliseconds: Int32, unless hasWork: () -> Bool) {
    sleeping.store(true, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if !hasWork() {
      var descriptor = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
      _ = poll(&descriptor, 1, milliseconds)
    }
    sleeping.store(false, ordering: .relaxed)
    var drain: (UInt64, UInt64) = (0, 0)
    _ = withUnsafeMutableBytes(of: &drain) { read(readEnd, $0.baseAddress, $0.count) }
  }
}
