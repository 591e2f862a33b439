import CFolders

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is asked of a folder as a whole.
public enum Folder {
  /// Makes a folder and those above it; one that is there stays as it is.
  public static func make(_ path: String) throws(FileError) {
    if try makeOne(path) { return }
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw FileError(path: path, action: "made", code: ENOENT)
    }
    try make(String(path[..<slash]))
    guard try makeOne(path) else { throw FileError(path: path, action: "made", code: ENOENT) }
  }

  /// False when the folder above is missing.
  private static func makeOne(_ path: String) throws(FileError) -> Bool {
    if mkdir(path, 0o755) == 0 { return true }
    switch errno {
    case ENOENT: return false
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0 else { throw FileError(path: path, action: "made") }
      guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(path: path, action: "made", code: ENOTDIR) }
      return true
    default: throw FileError(path: path, action: "made")
    }
  }

  /// Names of what lies in a folder, sorted; none when it is not there.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let listing = opendir(path) else {
      if errno == ENOENT { return [] }
      throw FileError(path: path, action: "listed")
    }
    defer { closedir(listing) }
    var names: [String] = []
    while true {
      // The end and a failure look alike but for this.
      errno = 0
      guard let entry = readdir(listing) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(path: path, action: "listed") }
    return names.sorted()
  }

  /// Removes a folder and the files in it. Nothing happens when it is not there.
  /// - Parameter withFoldersBelow: without, a folder in it is an error and stays; a link to one always counts as a file.
  public static func remove(_ path: String, withFoldersBelow: Bool = false) throws(FileError) {
    for name in try names(in: path) {
      let entry = "\(path)/\(name)"
      if unlink(entry) == 0 || errno == ENOENT { continue }
      // What systems say of a folder: Linux the one, POSIX the other.
      guard withFoldersBelow, errno == EISDIR || errno == EPERM else {
        throw FileError(path: entry, action: "removed")
      }
      try remove(entry, withFoldersBelow: true)
    }
    if rmdir(path) != 0, errno != ENOENT { throw FileError(path: path, action: "removed") }
  }

  /// What was written to a folder, or to a file, survives a loss of power: of a folder, the names given and taken in it.
  /// - Parameter sync: the system call on the open folder: 0, or -1 and `errno`.
  public static func sync(_ path: String, by sync: (Int32) -> Int32 = { fsync($0) }) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, action: "opened") }
    defer { close(descriptor) }
    // Some file systems cannot, and need not.
    guard sync(descriptor) == 0 || errno == EINVAL else { throw FileError(path: path, action: "written to the disk") }
  }

  /// Two folders of one file system change places in one step: whoever looks sees the one or the other, never neither.
  /// - Returns: false where system or file system know no such thing.
  public static func exchange(_ one: String, _ other: String) throws(FileError) -> Bool {
    if marketflow_exchange_folders(one, other) == 0 { return true }
    if errno == EINVAL || errno == ENOSYS || errno == ENOTSUP { return false }
    throw FileError(path: other, action: "exchanged")
  }
}
