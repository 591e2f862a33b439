import Files
import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The snapshots of a journal: `snapshot-<events>.bin` in the folder of their day, the newest two. They go with the day, and may be
/// removed at any time: what they save is time.
struct SnapshotFiles: Sendable {
  /// The journal's folder.
  let directory: String
  /// Of the program and its rules.
  let fingerprint: String

  private static let prefix = "snapshot-"
  private static let suffix = ".bin"
  private static let kept = 2

  /// What of a day's snapshots this program can use, newest first.
  func snapshots(of day: MarketDate) -> [EngineSnapshot] {
    names(of: day).compactMap { name in
      load(path(day, name)).flatMap { SnapshotFile.decode($0, fingerprint: fingerprint) }
    }.filter { $0.day == day }
  }

  /// Writes a snapshot so that it is there whole or not at all, and removes all but the newest two.
  func save(_ snapshot: EngineSnapshot) throws(SnapshotFileError) {
    let name = "\(SnapshotFiles.prefix)\(snapshot.events)\(SnapshotFiles.suffix)"
    let path = path(snapshot.day, name)
    do throws(FileError) {
      try AtomicFile.write(SnapshotFile.encode(snapshot, fingerprint: fingerprint), to: path)
    } catch {
      throw SnapshotFileError(error)
    }
    for old in names(of: snapshot.day).dropFirst(SnapshotFiles.kept) { unlink(self.path(snapshot.day, old)) }
  }

  // MARK: Files

  /// Newest first.
  private func names(of day: MarketDate) -> [String] {
    let files: [String]
    do throws(FileError) { files = try Folder.names(in: "\(directory)/\(day)") } catch {
      // What cannot be listed cannot be loaded either.
      return []
    }
    var found: [(events: Int64, name: String)] = []
    for name in files where name.hasPrefix(SnapshotFiles.prefix) && name.hasSuffix(SnapshotFiles.suffix) {
      guard let events = Int64(name.dropFirst(SnapshotFiles.prefix.count).dropLast(SnapshotFiles.suffix.count)) else {
        continue
      }
      found.append((events, name))
    }
    return found.sorted { $0.events > $1.events }.map(\.name)
  }

  private func path(_ day: MarketDate, _ name: String) -> String { "\(directory)/\(day)/\(name)" }

  /// Nil for what cannot be read: a snapshot is a convenience.
  private func load(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let size = Int(status.st_size)
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        guard got > 0 else { break }
        count += got
      }
      isWhole = count == size
    }
    return isWhole ? bytes : nil
  }
}

/// Why a snapshot is not there, in words. The next start plays more of the journal then.
struct SnapshotFileError: Error, CustomStringConvertible {
  let description: String

  init(_ error: FileError) { description = "snapshot \(error)" }
}
