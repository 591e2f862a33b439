import Files
import Foundation
import Testing

/// The other processes are this test binary.
@Suite struct FileLockTests {
  let folder: TestFolder
  init() throws { folder = try TestFolder() }

  @Test func aSecondProcessIsToldWhoHasTheLock() async throws {
    let path = folder.path("lock")
    let held = try FileLock(path)
    let pid = getpid()
    await #expect(processExitsWith: .exitCode(42)) { [path = path as String, pid = pid as Int32] in
      do {
        _ = try FileLock(path)
      } catch FileLock.Refusal.held(by: let holder) {
        exit(holder == pid ? 42 : 43)
      }
      exit(44)
    }
    withExtendedLifetime(held) {}
  }

  @Test func aKilledProcessHoldsNothing() async throws {
    let path = folder.path("lock")
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let held = try FileLock(path)
      withExtendedLifetime(held) { _ = kill(getpid(), SIGKILL) }
    }
    #expect(try folder.text("lock") != "\(getpid())\n", "the dead one's")
    let lock = try FileLock(path)
    #expect(try folder.text("lock") == "\(getpid())\n")
    withExtendedLifetime(lock) {}
  }

  @Test func theLockIsGivenBackAndItsFileStays() throws {
    let path = folder.path("lock")
    var held: FileLock? = try FileLock(path)
    #expect(throws: FileLock.Refusal.held(by: getpid())) { try FileLock(path) }
    withExtendedLifetime(held) {}
    held = nil
    #expect(folder.exists("lock"))
    _ = try FileLock(path)
  }

  /// A longer id from before leaves nothing behind the new one.
  @Test func anOlderTextIsReplaced() throws {
    let path = try folder.write("4194303000\nand more\n", to: "lock")
    let lock = try FileLock(path)
    #expect(try folder.text("lock") == "\(getpid())\n")
    withExtendedLifetime(lock) {}
  }

  @Test(arguments: ["", "12", "none\n", "99999999999999999999\n"]) func aFileThatDoesNotSayIsNoMatter(text: String)
    throws
  {
    let path = folder.path("lock")
    let lock = try FileLock(path)
    // In place: another file under the name would be another lock.
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
    #expect(throws: FileLock.Refusal.held(by: nil)) { try FileLock(path) }
    withExtendedLifetime(lock) {}
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let path = folder.path("none/lock")
    #expect(throws: FileLock.Refusal.file(FileError(path: path, action: "opened", code: ENOENT))) { try FileLock(path) }
  }
}
