/// Lends reusable objects from a reader thread to a writer thread and back, without a lock: the reader asks for a fresh copy
/// by lending an object, the writer fills it when it sees the request. At most one request is under way.
public final class Exchange<Object: AnyObject & Sendable>: @unchecked Sendable {
  private let requests = SPSCRing<UnsafeRawPointer>(capacity: 1)
  private let answers = SPSCRing<UnsafeRawPointer>(capacity: 1)
  /// Reader's: an object is lent and not yet taken back.
  private var isLent = false

  public init() {}

  deinit {
    // Balance the retain of an object that is still under way.
    while requests.consume({ for pointer in $0 { Unmanaged<Object>.fromOpaque(pointer).release() } }) > 0 {}
    while answers.consume({ for pointer in $0 { Unmanaged<Object>.fromOpaque(pointer).release() } }) > 0 {}
  }

  /// Reader: asks for `object` to be filled. False while an earlier object is lent: not filled yet, or not taken back.
  public func request(_ object: Object) -> Bool {
    guard !isLent else { return false }
    isLent = requests.push(UnsafeRawPointer(Unmanaged.passRetained(object).toOpaque()))
    precondition(isLent, "Exchange: a request is waiting although nothing is lent")
    return true
  }

  /// Writer: fills the requested object, if there is a request. Costs one atomic read when there is none.
  @inline(__always)
  public func answer(_ fill: (Object) -> Void) {
    guard requests.count > 0 else { return }
    var pointer: UnsafeRawPointer?
    _ = requests.consume { pointer = $0[0] }
    guard let pointer else { return }
    fill(Unmanaged<Object>.fromOpaque(pointer).takeUnretainedValue())
    // `request` lends one object at a time, so there is always room for one answer.
    let accepted = answers.push(pointer)
    precondition(accepted, "Exchange: a second answer before the first was taken")
  }

  /// Reader: the filled object, once it is there.
  public func take() -> Object? {
    var pointer: UnsafeRawPointer?
    _ = answers.consume { pointer = $0[0] }
    guard let pointer else { return nil }
    isLent = false
    return Unmanaged<Object>.fromOpaque(pointer).takeRetainedValue()
  }
}
