import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The note beside an open database that says where its server is to be asked: whoever finds the file locked reads it.
struct ServerAddress {
  private let path: String

  /// - Parameter database: the file that the server holds.
  init(database: String) { path = database + ".server" }

  /// Writes it down; a reader sees the whole address or none.
  /// - Throws: when the folder takes no file, in words.
  func publish(_ url: String) throws(ServeError) {
    do throws(FileError) { try AtomicFile.write(Array("\(url)\n".utf8), to: path) } catch {
      throw ServeError("\(error)")
    }
  }

  func withdraw() { unlink(path) }

  /// Nil when nobody has written one.
  func read() -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.hasPrefix("http://") ? String(text.prefix { !$0.isNewline }) : nil
  }
}
