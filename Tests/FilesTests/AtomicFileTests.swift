import Files
import Foundation
import Testing

@Suite struct AtomicFileTests {
  let folder: TestFolder
  init() throws { folder = try TestFolder() }

  @Test func aFileIsReplacedAsAWhole() throws {
    try AtomicFile.write(Array("the first, the longer".utf8), to: folder.path("file"))
    try AtomicFile.write(Array("second".utf8), to: folder.path("file"))
    #expect(try folder.text("file") == "second")
    try AtomicFile.write([], to: folder.path("file"))
    #expect(try folder.text("file").isEmpty)
    #expect(try Folder.names(in: folder.path) == ["file"])
  }

  @Test func aLargeFileIsWhole() throws {
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
    try AtomicFile.write(bytes, to: folder.path("file"))
    #expect(try Data(contentsOf: URL(filePath: folder.path("file"))) == Data(bytes))
  }

  /// What a kill left half written is in nobody's way.
  @Test func anUnfinishedFileIsReplaced() throws {
    try folder.write("half of a longer text", to: "file" + AtomicFile.unfinishedSuffix)
    try AtomicFile.write(Array("whole".utf8), to: folder.path("file"))
    #expect(try folder.text("file") == "whole")
    #expect(try Folder.names(in: folder.path) == ["file"])
  }

  /// Before the name is given the bytes are on the disk, and afterwards the name is.
  @Test func theFileIsSyncedBeforeItsNameIs() throws {
    let path = folder.path("file")
    try folder.write("old", to: "file")
    var seen: [(isFolder: Bool, text: String)] = []
    try AtomicFile.write(Array("new".utf8), to: path) { descriptor in
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return -1 }
      let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
      seen.append((status.st_mode & S_IFMT == S_IFDIR, text))
      return 0
    }
    #expect(seen.map(\.isFolder) == [false, true])
    #expect(seen.map(\.text) == ["old", "new"])
  }

  @Test func whenTheDiskFailsTheOldFileStays() throws {
    try folder.write("old", to: "file")
    let path = folder.path("file")
    #expect(throws: FileError(path: path + ".tmp", action: "written to the disk", code: EIO)) {
      try AtomicFile.write(Array("new".utf8), to: path) { _ in
        errno = EIO
        return -1
      }
    }
    #expect(try folder.text("file") == "old")
    #expect(try Folder.names(in: folder.path) == ["file"])
  }

  @Test func whatIsInTheWayIsNamed() throws {
    #expect(throws: FileError(path: folder.path("none/file.tmp"), action: "made", code: ENOENT)) {
      try AtomicFile.write([1], to: folder.path("none/file"))
    }
    try Folder.make(folder.path("taken"))
    #expect(throws: FileError(path: folder.path("taken"), action: "put in place", code: EISDIR)) {
      try AtomicFile.write([1], to: folder.path("taken"))
    }
    #expect(try Folder.names(in: folder.path) == ["taken"])
  }
}
