#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of its own under $TMPDIR (else /tmp), for files that nobody needs afterwards.
struct TemporaryDirectory {
  let path: String

  init() throws {
    let parent = EnvironmentVariables.all["TMPDIR"] ?? "/tmp"
    var template = Array("\(parent)/marketflow-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ServeError("\(parent) takes no temporary folder: \(String(cString: strerror(errno))); set TMPDIR")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder with the files in it; it has no folders below.
  func remove() {
    guard let listing = opendir(path) else { return }
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { unlink("\(path)/\(name)") }
    }
    closedir(listing)
    rmdir(path)
  }
}
