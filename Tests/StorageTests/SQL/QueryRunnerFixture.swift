import Foundation
import MarketModel

@testable import FlowEngine
@testable import Storage

/// A store with prints, and the real program to answer SQL about it.
struct QueryRunnerFixture {
  let folder: TemporaryFolder
  let store: Store
  let stream: OutputStream
  let runner: QueryRunner

  init(prints: Int64 = 300) throws {
    folder = try TemporaryFolder()
    stream = try OutputStream()
    store = try Store(StoreOptions(path: folder.file))
    if prints > 0 {
      let writer = try store.makeWriter(instruments: stream.instruments)
      _ = try writer.begin(IngestSource(source: "test", fingerprint: "a", resumable: false))
      writer.offerAll(stream.outputs(prints: prints))
      try writer.close(finished: true)
    }
    runner = QueryRunner(
      store: store, lakeDirectory: folder.path, scratchDirectory: folder.path, executable: try Self.program())
  }

  /// `marketflow`, beside the running tests, whatever build they belong to.
  static func program() throws -> String {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return tests.appending(path: "marketflow").path
  }

  func csv(_ sql: String) throws -> [String] {
    try text(sql, .csv).split(separator: "\r\n").dropFirst().map(String.init)
  }

  func text(_ sql: String, _ format: SQLQuestion.Format) throws -> String {
    String(decoding: try runner.answer(SQLQuestion(sql: sql, format: format)).body, as: UTF8.self)
  }
}
