import Foundation
import JSONText
import MarketModel
import Server
import Storage

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A statement on its way to a server.
struct QueryRequest {
  private let server: ServerRequest

  /// - Parameter url: as `http://127.0.0.1:8000`; nil for what is no such address.
  init?(url: String) {
    guard let server = ServerRequest(url: url, subject: "query") else { return nil }
    self.server = server
  }

  /// - Returns: why the answer is cut; nil when it is whole.
  /// - Throws: `ServeError` in the words of a query of this process, `ServerError` when there is no server of ours.
  func ask(_ question: SQLQuestion, _ output: CommandOutput, _ interruption: Interruption) throws -> String? {
    let (data, response) = try server.send(
      "/query", method: "POST", body: body(question), timeoutSeconds: Limits.statementSeconds + 30, interruption)
    guard response.statusCode == 200 else { throw failure(data, response.statusCode) }
    if let path = question.outputPath {
      do { try data.write(to: URL(filePath: path)) } catch {
        throw ServeError("query: \(path) cannot be written: \(error.localizedDescription)")
      }
    } else {
      try output.write(Array(data))
    }
    return response.value(forHTTPHeaderField: "MarketFlow-Truncated")
  }

  private func body(_ question: SQLQuestion) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("sql", question.sql)
      json.field("format", question.format.rawValue)
      json.field("limit", min(question.rowLimit, Limits.statementRows))
      json.field("timeout_seconds", min(question.timeLimitSeconds, Limits.statementSeconds))
    }
    return json.bytes
  }

  /// A problem's own words: those of the statement as the query's process says them, without the parameter's name.
  private func failure(_ data: Data, _ status: Int) -> any Error {
    guard let words = ServerRequest.detail(of: data) else {
      return ServerError(
        description:
          "query: server \(server.server) answers \(status) without a reason; wanted MarketFlow's POST /query")
    }
    guard [400, 422].contains(status) else {
      return ServerError(description: "query: server \(server.server): \(words)")
    }
    let parameter = "sql: "
    return ServeError("query: " + (words.hasPrefix(parameter) ? String(words.dropFirst(parameter.count)) : words))
  }
}
