import CFolders

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The few things the lake asks of the file system, with errors in words.
enum DiskFolder {
  static func make(_ path: String) throws(LakeError) {
    var current = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      current += (current.isEmpty || current.hasSuffix("/") ? "" : "/") + part
      if mkdir(current, 0o755) != 0, errno != EEXIST { throw failure(current, "made") }
    }
  }

  /// Names in a folder, sorted; none when it is not there.
  static func names(_ path: String) throws(LakeError) -> [String] {
    guard let folder = opendir(path) else {
      if errno == ENOENT { return [] }
      throw failure(path, "listed")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Bytes of a file; nil when it is not there.
  static func bytes(_ path: String) throws(LakeError) -> Int64? {
    var status = stat()
    if stat(path, &status) == 0 { return Int64(status.st_size) }
    if errno == ENOENT { return nil }
    throw failure(path, "looked at")
  }

  static func rename(_ from: String, to target: String) throws(LakeError) {
    #if canImport(Glibc)
      let status = Glibc.rename(from, target)
    #else
      let status = Darwin.rename(from, target)
    #endif
    if status != 0 { throw failure(target, "renamed to") }
  }

  static func link(_ from: String, at target: String) throws(LakeError) {
    #if canImport(Glibc)
      let status = Glibc.link(from, target)
    #else
      let status = Darwin.link(from, target)
    #endif
    if status != 0 { throw failure(target, "linked") }
  }

  /// Two folders change places in one step: whoever looks sees the one or the other.
  static func exchange(_ one: String, _ other: String) throws(LakeError) {
    if marketflow_exchange_folders(one, other) == 0 { return }
    if errno == EINVAL || errno == ENOSYS || errno == ENOTSUP { throw .noExchange(path: other) }
    throw failure(other, "exchanged")
  }

  static func removeFile(_ path: String) throws(LakeError) {
    if unlink(path) != 0, errno != ENOENT { throw failure(path, "removed") }
  }

  /// A folder with files in it and no folders.
  static func removeFolder(_ path: String) throws(LakeError) {
    for name in try names(path) { try removeFile("\(path)/\(name)") }
    if rmdir(path) != 0, errno != ENOENT { throw failure(path, "removed") }
  }

  /// What was written to a file or a folder survives a loss of power.
  static func sync(_ path: String) throws(LakeError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "opened") }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw failure(path, "synced") }
  }

  static func failure(_ path: String, _ doing: String) -> LakeError {
    .file(path: path, doing: doing, words: String(cString: strerror(errno)))
  }
}
