import Files
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files of one directory, known by name since the start and read again when they change on disk. Only a path that was
/// found by the scan is ever opened, so no request can name a file elsewhere.
struct StaticFiles {
  private struct File {
    var diskPath: String
    var stamp: Stamp
    var entityTag: String
    var bytes: [UInt8]
  }
  /// What tells that a file was changed.
  private struct Stamp: Equatable {
    var size: Int
    var modifiedNanoseconds: Int64
  }
  private var files: [String: File] = [:]

  /// Scans a directory; a missing one has no files.
  init(directory: String?) {
    guard let directory else { return }
    scan(directory, prefix: "/", depth: 0)
  }

  var count: Int { files.count }

  /// The answer for a path; nil when no file has it.
  mutating func answer(_ request: APIRequest) -> APIResponse? {
    let path = request.path.hasSuffix("/") ? request.path + "index.html" : request.path
    guard var file = files[path] else { return nil }
    if let stamp = StaticFiles.stamp(file.diskPath), stamp != file.stamp,
      let fresh = StaticFiles.load(file.diskPath, stamp)
    {
      file = fresh
      files[path] = fresh
    }
    // A page is asked for again each time; whether it changed costs one short answer.
    let headers: [(name: String, value: String)] = [("Cache-Control", "no-cache"), ("ETag", file.entityTag)]
    let type = StaticFiles.contentType(path)
    if matches(request.headers["if-none-match"], file.entityTag) {
      return APIResponse(status: 304, contentType: type, headers: headers, body: [])
    }
    return APIResponse(contentType: type, headers: headers, body: file.bytes)
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

  // MARK: Disk

  private mutating func scan(_ directory: String, prefix: String, depth: Int) {
    guard depth < 8 else { return }
    let names: [String]
    do throws(FileError) { names = try Folder.names(in: directory) } catch {
      // What cannot be listed is not served.
      return
    }
    // Hidden files are nobody's business.
    for name in names where !name.hasPrefix(".") {
      guard files.count < Limits.staticFiles else { return }
      let diskPath = directory + "/" + name
      if StaticFiles.isDirectory(diskPath) {
        scan(diskPath, prefix: prefix + name + "/", depth: depth + 1)
      } else if let stamp = StaticFiles.stamp(diskPath), let file = StaticFiles.load(diskPath, stamp) {
        files[prefix + name] = file
      }
    }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Nil for what is not a plain file of a servable size.
  private static func stamp(_ path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Limits.staticFileBytes else {
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

  private static func load(_ path: String, _ stamp: Stamp) -> File? {
    guard let handle = fopen(path, "rb") else { return nil }
    defer { fclose(handle) }
    let bytes = [UInt8](unsafeUninitializedCapacity: stamp.size) { buffer, count in
      count = fread(buffer.baseAddress, 1, stamp.size, handle)
    }
    return File(diskPath: path, stamp: stamp, entityTag: tag(bytes), bytes: bytes)
  }

  /// FNV-1a of the content: equal content has an equal tag, whatever its file's times.
  private static func tag(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\"\(String(hash, radix: 16))-\(bytes.count)\""
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
}
