#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One file of the page, as it is sent.
struct StaticFile {
  /// What tells that a file was changed.
  struct Stamp: Equatable {
    var size: Int
    var modifiedNanoseconds: Int64
  }

  let diskPath: String
  let stamp: Stamp
  let contentType: String
  let bytes: [UInt8]
  /// The same as gzip; nil for what is no text, or would be no shorter.
  let packed: [UInt8]?
  /// A hash of the bytes and their number, without quotes: equal content has an equal tag, whatever its file's times.
  let tag: String

  init(diskPath: String, stamp: Stamp, bytes: [UInt8]) {
    self.diskPath = diskPath
    self.stamp = stamp
    self.bytes = bytes
    contentType = StaticFile.contentType(diskPath)
    let smaller = StaticFile.isText(contentType) ? GzipText.pack(bytes) : bytes
    packed = smaller.count < bytes.count ? smaller : nil
    tag = "\(StaticFile.hash(bytes))-\(bytes.count)"
  }

  /// Reads a file; nil when it cannot be opened.
  init?(diskPath: String, stamp: Stamp) {
    guard let handle = fopen(diskPath, "rb") else { return nil }
    defer { fclose(handle) }
    let bytes = [UInt8](unsafeUninitializedCapacity: stamp.size) { buffer, count in
      count = fread(buffer.baseAddress, 1, stamp.size, handle)
    }
    self.init(diskPath: diskPath, stamp: stamp, bytes: bytes)
  }

  /// - Parameter caching: how long it may be kept.
  func answer(_ request: APIRequest, caching: String) -> APIResponse {
    let packed = GzipText.isAccepted(request.headers["accept-encoding"]) ? packed : nil
    // Two forms of one file are two answers to whoever keeps them.
    let entityTag = packed == nil ? "\"\(tag)\"" : "\"\(tag)-gzip\""
    var headers: [(name: String, value: String)] = [("Cache-Control", caching), ("ETag", entityTag)]
    if self.packed != nil { headers.append(("Vary", "Accept-Encoding")) }
    if matches(request.headers["if-none-match"], entityTag) {
      return APIResponse(status: 304, contentType: contentType, headers: headers, body: [])
    }
    if packed != nil { headers.append(("Content-Encoding", "gzip")) }
    return APIResponse(contentType: contentType, headers: headers, body: packed ?? bytes)
  }

  private func matches(_ wanted: String?, _ tag: String) -> Bool {
    guard let wanted else { return false }
    return wanted.split(separator: ",").contains { part in
      var text = part.drop { $0 == " " }
      while text.last == " " { text.removeLast() }
      if text.hasPrefix("W/") { text = text.dropFirst(2) }
      return text == tag || text == "*"
    }
  }

  // MARK: Content

  /// FNV-1a, 16 hexadecimal digits.
  static func hash(_ bytes: some Sequence<UInt8>) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func isText(_ contentType: String) -> Bool {
    contentType.hasPrefix("text/") || contentType.hasPrefix("application/json")
      || contentType.hasPrefix("application/manifest") || contentType.hasPrefix("image/svg")
  }

  private static func contentType(_ path: String) -> String {
    guard let dot = path.lastIndex(of: ".") else { return "application/octet-stream" }
    switch path[path.index(after: dot)...] {
    case "html": return "text/html; charset=utf-8"
    case "css": return "text/css; charset=utf-8"
    case "js", "mjs": return "text/javascript; charset=utf-8"
    case "json", "map": return "application/json"
    case "webmanifest": return "application/manifest+json"
    case "svg": return "image/svg+xml"
    case "png": return "image/png"
    case "ico": return "image/x-icon"
    case "woff2": return "font/woff2"
    case "txt", "md": return "text/plain; charset=utf-8"
    default: return "application/octet-stream"
    }
  }

  // MARK: Disk

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Nil for what is not a plain file of a servable size.
  static func stamp(_ path: String, maximumBytes: Int) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximumBytes else {
      return nil
    }
    #if canImport(Glibc)
      let modified = status.st_mtim
    #else
      let modified = status.st_mtimespec
    #endif
    return Stamp(
      size: Int(status.st_size), modifiedNanoseconds: Int64(modified.tv_sec) * 1_000_000_000 + Int64(modified.tv_nsec))
  }
}
