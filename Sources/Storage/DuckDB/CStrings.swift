extension [String] {
  /// The strings as C strings, valid during `body`.
  func withCStrings<Value, Failure: Error>(
    _ body: ([UnsafePointer<CChar>?]) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let bytes = flatMap { Array<CChar>($0.utf8CString) }
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Swift.max(1, bytes.count))
    defer { buffer.deallocate() }
    buffer.initialize(from: bytes, count: bytes.count)
    var pointers: [UnsafePointer<CChar>?] = []
    var offset = 0
    for text in self {
      pointers.append(UnsafePointer(buffer + offset))
      offset += text.utf8.count + 1
    }
    return try body(pointers)
  }
}
