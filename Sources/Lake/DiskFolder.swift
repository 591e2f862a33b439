import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The few things the lake asks of the file system, in the lake's errors.
enum DiskFolder {
  /// A folder and those above it.
  static func make(_ path: String) throws(LakeError) {
    do throws(FileError) { try Folder.make(path) } catch { throw LakeError(error) }
  }

  /// Names in a folder, sorted; none when it is not there.
  static func names(_ path: String) throws(LakeError) -> [String] {
    do throws(FileError) { return try Folder.names(in: path) } catch { throw LakeError(error) }
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
    let isDone: Bool
    do throws(FileError) { isDone = try Folder.exchange(one, other) } catch { throw LakeError(error) }
    if !isDone { throw .noExchange(path: other) }
  }

  static func removeFile(_ path: String) throws(LakeError) {
    if unlink(path) != 0, errno != ENOENT { throw failure(path, "removed") }
  }

  /// A folder with files in it and no folders.
  static func removeFolder(_ path: String) throws(LakeError) {
    do throws(FileError) { try Folder.remove(path) } catch { throw LakeError(error) }
  }

  /// What was written to a file or a folder survives a loss of power.
  static func sync(_ path: String) throws(LakeError) {
    do throws(FileError) { try Folder.sync(path) } catch { throw LakeError(error) }
  }

  /// The lines of a small text file; none when it is not there. What follows the last line's end is half a line, and left out.
  static func lines(_ path: String) throws(LakeError) -> [Substring] {
    guard let file = fopen(path, "rb") else {
      if errno == ENOENT { return [] }
      throw failure(path, "read")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      bytes += piece[..<count]
    }
    guard let end = bytes.lastIndex(of: 10) else { return [] }
    return String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n")
  }

  /// Puts a whole small file in the place of what was there.
  static func write(_ bytes: [UInt8], to path: String) throws(LakeError) {
    do throws(FileError) { try AtomicFile.write(bytes, to: path) } catch { throw LakeError(error) }
  }

  /// With the reason of the last system call.
  static func failure(_ path: String, _ doing: String) -> LakeError {
    LakeError(FileError(path: path, action: doing))
  }
}
