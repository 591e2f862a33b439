import Foundation
import JSONText
import MarketModel
import Server
import Storage
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A server that was asked did not answer, or not as MarketFlow does.
struct ServerError: Error, CustomStringConvertible {
  let description: String
}

/// A statement on its way to a server.
struct QueryRequest {
  private let url: String
  private let address: URL

  /// - Parameter url: as `http://127.0.0.1:8000`; nil for what is no such address.
  init?(url: String) {
    guard let server = URL(string: url), ["http", "https"].contains(server.scheme), server.host?.isEmpty == false else {
      return nil
    }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    guard let address = URL(string: base + "/query") else { return nil }
    self.url = base
    self.address = address
  }

  /// - Returns: why the answer is cut; nil when it is whole.
  /// - Throws: `ServeError` in the words of a query of this process, `ServerError` when there is no server of ours.
  func ask(_ question: SQLQuestion, _ output: CommandOutput, _ interruption: Interruption) throws -> String? {
    var request = URLRequest(url: address, timeoutInterval: Limits.statementSeconds + 30)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(body(question))
    let (data, response) = try answer(request, interruption)
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

  /// What came of the request, from the session's thread to the one that waits.
  private final class Box: Sendable {
    let arrived = DispatchSemaphore(value: 0)
    let result = Mutex<Result<(Data, HTTPURLResponse), any Error>?>(nil)
  }

  private func answer(_ request: URLRequest, _ interruption: Interruption) throws -> (Data, HTTPURLResponse) {
    let box = Box()
    let session = URLSession(configuration: .ephemeral)
    defer { session.invalidateAndCancel() }
    let task = session.dataTask(with: request) { data, response, error in
      box.result.withLock { result in
        if let data, let response = response as? HTTPURLResponse {
          result = .success((data, response))
        } else {
          result = .failure(error ?? URLError(.badServerResponse))
        }
      }
      box.arrived.signal()
    }
    task.resume()
    interruption.stops { task.cancel() }
    box.arrived.wait()
    guard let result = box.result.withLock({ $0 }) else {
      preconditionFailure("QueryRequest: signalled without a result")
    }
    do { return try result.get() } catch {
      throw ServerError(
        description: "query: server \(url) does not answer: \(error.localizedDescription); is it still running?")
    }
  }

  /// A problem's own words: those of the statement as the query's process says them, without the parameter's name.
  private func failure(_ data: Data, _ status: Int) -> any Error {
    struct Problem: Decodable { var detail: String }
    do {
      let words = try JSONDecoder().decode(Problem.self, from: data).detail
      guard [400, 422].contains(status) else { return ServerError(description: "query: server \(url): \(words)") }
      let parameter = "sql: "
      return ServeError("query: " + (words.hasPrefix(parameter) ? String(words.dropFirst(parameter.count)) : words))
    } catch {
      return ServerError(
        description: "query: server \(url) answers \(status) without a reason; wanted MarketFlow's POST /query")
    }
  }
}
