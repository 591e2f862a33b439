import Files
import Foundation
import Testing

@Suite struct FileErrorTests {
  @Test func theWordsAreTheSystems() {
    let error = FileError(path: "/data/x", action: "made", code: ENOTDIR)
    #expect(error.words == "Not a directory")
    #expect("\(error)" == "/data/x cannot be made: Not a directory")
  }

  @Test func theReasonIsThatOfTheLastCall() {
    #expect(open("/nowhere/at/all", O_RDONLY) < 0)
    #expect(FileError(path: "/nowhere/at/all", action: "opened").code == ENOENT)
  }

  @Test func anUnknownReasonHasItsNumber() {
    #expect(FileError(path: "x", action: "made", code: 987_654).words.contains("987654"))
  }
}
