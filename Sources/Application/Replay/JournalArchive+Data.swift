import Journal
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension JournalArchive {
  /// The journal of a data folder; nil when there is none.
  static func ifPresent(in directory: DataDirectory) throws(JournalError) -> JournalArchive? {
    guard access(directory.journal, F_OK) == 0 else { return nil }
    return try JournalArchive(directory: directory.journal)
  }

  /// The journal as the store's ledger knows it. One journal is one run, whatever version of the program went on with it.
  func ingestSource() -> IngestSource {
    IngestSource(source: source, fingerprint: "journal \(id)", resumable: true, includesInjected: true)
  }
}
