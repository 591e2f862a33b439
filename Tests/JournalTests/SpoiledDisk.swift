import Synchronization

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A disk with so much room, that may refuse to keep what it took.
final class SpoiledDisk: Sendable {
  private struct State {
    var room: Int?
    var code = ENOSPC
    var refusesSync = false
    var writes = 0
  }
  private let state = Mutex(State())

  /// Takes so many bytes more, the last write only in part; nil for any number.
  func setRoom(_ bytes: Int?, code: Int32 = ENOSPC) {
    state.withLock {
      $0.room = bytes
      $0.code = code
    }
  }
  func setRefusesSync(_ refuses: Bool) { state.withLock { $0.refusesSync = refuses } }
  var writes: Int { state.withLock { $0.writes } }

  var calls: DiskCalls {
    var calls = DiskCalls.hasty
    let (write, sync) = (calls.write, calls.sync)
    calls.write = { [self] descriptor, bytes, offset in
      let taken = state.withLock { state in
        state.writes += 1
        let taken = min(bytes.count, state.room ?? .max)
        if let room = state.room { state.room = room - taken }
        if taken == 0 { errno = state.code }
        return taken
      }
      return taken == 0 ? -1 : write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<taken]), offset)
    }
    calls.sync = { [self] descriptor in
      guard state.withLock({ $0.refusesSync }) else { return sync(descriptor) }
      errno = EIO
      return -1
    }
    return calls
  }
}
