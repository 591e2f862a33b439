import Files
import Foundation
import Testing

@Suite struct FolderTests {
  let folder: TestFolder
  init() throws { folder = try TestFolder() }

  // MARK: Making

  @Test(arguments: ["a", "a/b/c", "a/b/c/", "a//b"]) func aFolderIsMadeWithThoseAbove(name: String) throws {
    try Folder.make(folder.path(name))
    try Folder.make(folder.path(name))
    var isFolder = ObjCBool(false)
    #expect(FileManager.default.fileExists(atPath: folder.path(name), isDirectory: &isFolder) && isFolder.boolValue)
  }

  @Test func aLinkToAFolderIsAFolder() throws {
    try Folder.make(folder.path("real"))
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("real"))
    try Folder.make(folder.path("link"))
    try Folder.make(folder.path("link/below"))
    #expect(folder.exists("real/below"))
  }

  @Test func aFileInTheWayIsNamed() throws {
    let file = try folder.write("", to: "file")
    #expect(throws: FileError(path: file, action: "made", code: ENOTDIR)) { try Folder.make(file) }
    #expect(throws: FileError(path: file + "/below", action: "made", code: ENOTDIR)) {
      try Folder.make(file + "/below")
    }
  }

  @Test func aLinkToNothingIsNamed() throws {
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path("gone"))
    #expect(throws: FileError(path: link, action: "made", code: ENOENT)) { try Folder.make(link + "/below") }
  }

  // MARK: Listing

  @Test func namesAreSortedAndComplete() throws {
    for name in ["b", "a", ".hidden", "ü"] { try folder.write("", to: name) }
    try Folder.make(folder.path("c"))
    #expect(try Folder.names(in: folder.path) == [".hidden", "a", "b", "c", "ü"])
  }

  @Test func theLongestNameIsWhole() throws {
    let name = String(repeating: "n", count: 255)
    try folder.write("", to: name)
    #expect(try Folder.names(in: folder.path) == [name])
  }

  @Test func whatIsNotThereHasNoNamesAndAFileIsRefused() throws {
    #expect(try Folder.names(in: folder.path("none")).isEmpty)
    let file = try folder.write("", to: "file")
    #expect(throws: FileError(path: file, action: "listed", code: ENOTDIR)) { try Folder.names(in: file) }
  }

  // MARK: Removing

  @Test func aFolderGoesWithItsFiles() throws {
    try Folder.make(folder.path("a"))
    for number in 0..<20 { try folder.write("x", to: "a/\(number)") }
    try Folder.remove(folder.path("a"))
    #expect(!folder.exists("a"))
    try Folder.remove(folder.path("a"))
  }

  @Test func aFolderBelowIsNotRemoved() throws {
    try Folder.make(folder.path("a/below"))
    let error = #expect(throws: FileError.self) { try Folder.remove(folder.path("a")) }
    #expect(error?.path == folder.path("a/below") && error?.action == "removed")
    #expect(folder.exists("a/below"))
  }

  @Test func foldersBelowGoWhereThatIsWanted() throws {
    try Folder.make(folder.path("a/b/c"))
    try Folder.make(folder.path("kept"))
    for name in ["a/file", "a/b/file", "a/b/c/file", "kept/file"] { try folder.write("x", to: name) }
    try FileManager.default.createSymbolicLink(atPath: folder.path("a/link"), withDestinationPath: folder.path("kept"))
    try Folder.remove(folder.path("a"), withFoldersBelow: true)
    #expect(try Folder.names(in: folder.path) == ["kept"])
    #expect(try folder.text("kept/file") == "x", "what a link leads to stays")
  }

  // MARK: Syncing

  @Test func theFolderItselfIsBroughtToTheDisk() throws {
    var wanted = stat()
    #expect(stat(folder.path, &wanted) == 0)
    var found = stat()
    try Folder.sync(folder.path) { fstat($0, &found) }
    #expect(found.st_ino == wanted.st_ino)
    try Folder.sync(folder.path)
  }

  @Test func aDiskThatFailsIsSaidAndOneThatNeedNotIsNot() throws {
    let path = folder.path
    func failing(_ code: Int32) -> (Int32) -> Int32 {
      { _ in
        errno = code
        return -1
      }
    }
    #expect(throws: FileError(path: path, action: "written to the disk", code: EIO)) {
      try Folder.sync(path, by: failing(EIO))
    }
    try Folder.sync(path, by: failing(EINVAL))
    #expect(throws: FileError(path: path + "/none", action: "opened", code: ENOENT)) {
      try Folder.sync(path + "/none")
    }
  }

  // MARK: Exchanging

  @Test func twoFoldersChangePlaces() throws {
    for name in ["one", "other"] {
      try Folder.make(folder.path(name))
      try folder.write(name, to: "\(name)/file")
    }
    // tmpfs, ext4, XFS and Btrfs all can.
    #expect(try Folder.exchange(folder.path("one"), folder.path("other")))
    #expect(try folder.text("one/file") == "other")
    #expect(try folder.text("other/file") == "one")
  }

  @Test func exchangingWithNothingIsRefused() throws {
    try Folder.make(folder.path("one"))
    #expect(throws: FileError(path: folder.path("none"), action: "exchanged", code: ENOENT)) {
      _ = try Folder.exchange(folder.path("one"), folder.path("none"))
    }
  }
}
