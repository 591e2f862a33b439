import CWebSockets

extension HTTPServer {
  /// Version of the socket library, `4.1.6`.
  public static var libraryVersion: String {
    guard let text = lws_get_library_version() else { return "unknown" }
    return String(
      decoding: UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }, as: UTF8.self
    )
    .split(separator: "-").first.map(String.init) ?? "unknown"
  }
}
