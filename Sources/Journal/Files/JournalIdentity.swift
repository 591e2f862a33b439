import Files

/// The small text file that makes a folder a journal: its id, and where the events come from.
struct JournalIdentity: Equatable, Sendable {
  var id: JournalID
  var source: String

  private static let title = "marketflow journal"

  /// - Throws: `.foreign` when the folder has no such file or another kind of file has its name.
  init(_ folder: JournalFolder) throws(JournalError) {
    guard let file = try OpenFile(reading: folder.identityPath) else {
      throw .foreign(path: folder.path, words: "it has no journal.id")
    }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
    defer { bytes.deallocate() }
    let count = try file.read(bytes, at: 0)
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    guard lines.count >= 3, lines[0] == Self.title, lines[1].hasPrefix("id "), lines[2].hasPrefix("source "),
      let id = JournalID(lines[1].dropFirst(3))
    else {
      throw .foreign(path: folder.identityPath, words: "wanted the lines `\(Self.title)`, `id …`, `source …`")
    }
    self.id = id
    source = String(lines[2].dropFirst(7))
  }

  init(id: JournalID, source: String) {
    self.id = id
    // One line, and no longer than a segment's header has room for.
    var line = String(String.UnicodeScalarView(source.unicodeScalars.filter { $0.value >= 32 }))
    while line.utf8.count > 255 { line.removeLast() }
    self.source = line
  }

  /// Puts the file there, whole or not at all.
  func write(to folder: JournalFolder, _ disk: DiskCalls) throws(JournalError) {
    let text = "\(Self.title)\nid \(id)\nsource \(source)\n"
    do throws(FileError) {
      try AtomicFile.write(Array(text.utf8), to: folder.identityPath, by: disk.sync)
    } catch {
      throw JournalError(error)
    }
  }
}
