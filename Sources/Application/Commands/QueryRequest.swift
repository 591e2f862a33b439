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
  /// As `http://127.0.0.1:8000`.
  let url: String

  /// - Returns: why the answer is cut; nil when it is whole.
  func ask(_ question: SQLQuestion, _ output: QueryOutput) throws -> String? {
    guard let address = URL(string: url + "/query"), ["http", "https"].contains(address.scheme) else {
      throw ServeError("--url is \(url); wanted an address such as http://127.0.0.1:8000")
    }
    var request = URLRequest(url: address, timeoutInterval: Limits.statementSeconds + 30)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(body(question))
    let (data, response) = try answer(request)
    guard response.statusCode == 200 else { throw ServeError(words(data, response.statusCode)) }
    if let path = question.outputPath {
      try data.write(to: URL(filePath: path))
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
  private final class Box: @unchecked Sendable {
    let arrived = DispatchSemaphore(value: 0)
    var result: Result<(Data, HTTPURLResponse), any Error>?
  }

  private func answer(_ request: URLRequest) throws -> (Data, HTTPURLResponse) {
    let box = Box()
    let session = URLSession(configuration: .ephemeral)
    defer { session.invalidateAndCancel() }
    let task = session.dataTask(with: request) { data, response, error in
      if let data, let response = response as? HTTPURLResponse {
        box.result = .success((data, response))
      } else {
        box.result = .failure(error ?? URLError(.badServerResponse))
      }
      box.arrived.signal()
    }
    task.resume()
    box.arrived.wait()
    guard let result = box.result else { preconditionFailure("QueryRequest: signalled without a result") }
    do { return try result.get() } catch {
      throw ServeError("server \(url) does not answer: \(error.localizedDescription); is it still running?")
    }
  }

  /// A problem's own words.
  private func words(_ data: Data, _ status: Int) -> String {
    struct Problem: Decodable { var detail: String }
    do {
      return try JSONDecoder().decode(Problem.self, from: data).detail
    } catch {
      return "server \(url) answers \(status) without a reason; wanted MarketFlow's POST /query"
    }
  }
}
