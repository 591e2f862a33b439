import FlowEngine
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

  /// The name of the journal in the store's ledger: what was concluded from it under the same rules by the same program.
  func ingestSource(rules: FlowConfiguration = FlowConfiguration()) -> IngestSource {
    IngestSource(
      source: source, fingerprint: "journal \(id) marketflow-\(marketFlowVersion) \(rules)", resumable: true,
      includesInjected: true)
  }
}
