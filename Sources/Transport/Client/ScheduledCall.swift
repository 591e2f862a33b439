import CWebSockets

/// A call that a client loop will make later. Client loop's thread only.
public final class ScheduledCall {
  /// The library hands back only the timer's address, so the owner's stands right behind it.
  private struct Timer {
    var entry = lws_sorted_usec_list_t()
    var owner: UnsafeMutableRawPointer
  }

  private var work: (() -> Void)?
  private let timer: UnsafeMutablePointer<Timer>
  /// Held until the call is made or called off: the core ends every call before it goes. A weak reference would cost it a
  /// side table, which leak checkers cannot tell from a lost one.
  private var core: ClientCore?

  init(core: ClientCore, context: OpaquePointer, milliseconds: Int, _ work: @escaping () -> Void) {
    self.core = core
    self.work = work
    timer = .allocate(capacity: 1)
    timer.initialize(to: Timer(owner: UnsafeMutableRawPointer(timer)))
    timer.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
    lws_sul_schedule(
      context, 0, entry,
      { entry in
        guard let entry else { return }
        let owner = UnsafeMutableRawPointer(entry).assumingMemoryBound(to: Timer.self).pointee.owner
        Unmanaged<ScheduledCall>.fromOpaque(owner).takeUnretainedValue().fire()
      }, lws_usec_t(milliseconds) * 1_000)
  }

  deinit { timer.deallocate() }

  private var entry: UnsafeMutablePointer<lws_sorted_usec_list_t> {
    UnsafeMutableRawPointer(timer).assumingMemoryBound(to: lws_sorted_usec_list_t.self)
  }

  /// Calls it off. Does nothing once it has been made.
  public func cancel() {
    guard work != nil else { return }
    lws_sul_cancel(entry)
    forget()
  }

  /// One that is never made.
  init() {
    timer = .allocate(capacity: 1)
    timer.initialize(to: Timer(owner: UnsafeMutableRawPointer(timer)))
  }

  private func fire() {
    guard let work else { return }
    forget()
    work()
  }

  /// Lets go of what was to be done and of the core, and the core of this, which may end here.
  private func forget() {
    let core = core.take()
    work = nil
    core?.forget(self)
  }
}
