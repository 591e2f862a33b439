import Clocks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One end of a socket pair: messages with their length and kind in front.
struct WorkerPipe {
  let descriptor: Int32

  enum Failure: Error {
    /// The other end is gone.
    case closed
    case late
    case stopped
  }

  /// How long to wait for the other end.
  struct Patience {
    /// On the monotonic clock; `.max` for ever.
    var deadlineNanoseconds = Int64.max
    var isStopping: () -> Bool = { false }

    /// Milliseconds to sleep before it is worth a look again.
    fileprivate func sleep() throws(Failure) -> Int32 {
      if isStopping() { throw .stopped }
      let left = deadlineNanoseconds - SystemClock.monotonicNanoseconds
      guard left > 0 else { throw .late }
      return Int32(max(1, min(50, left / 1_000_000)))
    }
  }

  func send(_ kind: WorkerMessage.Kind, _ bytes: [UInt8], _ patience: Patience = Patience()) throws(Failure) {
    var head = MessageWriter()
    head.integer(UInt32(bytes.count))
    head.integer(kind.rawValue)
    try write(head.bytes, patience)
    try write(bytes, patience)
  }

  func receive(_ patience: Patience = Patience()) throws(Failure) -> (kind: WorkerMessage.Kind, content: MessageReader)
  {
    var head = MessageReader(try read(5, patience))
    let length = Int(head.integer(UInt32.self))
    guard length <= WorkerMessage.longest, let kind = WorkerMessage.Kind(rawValue: head.integer()) else {
      throw .closed
    }
    return (kind, MessageReader(try read(length, patience)))
  }

  /// Sleeps until the other end is gone; takes nothing of what it has sent.
  func waitUntilClosed() {
    var entry = pollfd(fd: descriptor, events: 0, revents: 0)
    // Asked about nothing, poll tells of a hang-up alone.
    while poll(&entry, 1, -1) <= 0 {}
  }

  private func write(_ bytes: [UInt8], _ patience: Patience) throws(Failure) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { sendWithoutSignal(descriptor, $0) }
      if count > 0 { sent += count } else { try wait(for: POLLOUT, after: count, patience) }
    }
  }

  private func read(_ count: Int, _ patience: Patience) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var received = 0
    while received < count {
      let taken = bytes.withUnsafeMutableBytes {
        recv(descriptor, $0.baseAddress.map { $0 + received }, count - received, Int32(MSG_DONTWAIT))
      }
      if taken > 0 { received += taken } else { try wait(for: POLLIN, after: taken, patience) }
    }
    return bytes
  }

  /// After a call that moved nothing.
  private func wait<Mask: BinaryInteger>(for event: Mask, after count: Int, _ patience: Patience) throws(Failure) {
    guard count < 0, errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR else { throw .closed }
    var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    _ = poll(&entry, 1, try patience.sleep())
  }
}

private func sendWithoutSignal(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
}
