import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A server that was asked did not answer, or not as MarketFlow does.
struct ServerError: Error, CustomStringConvertible {
  let description: String
}

/// One question to a server, for a command that waits for the answer.
struct ServerRequest {
  /// As `http://127.0.0.1:8000`, without a slash at its end.
  let server: String
  /// The command, for its errors.
  private let subject: String

  /// - Parameter url: as `http://127.0.0.1:8000`; nil for what is no such address.
  init?(url: String, subject: String) {
    let text = url.hasSuffix("/") ? String(url.dropLast()) : url
    guard let base = URL(string: text), ["http", "https"].contains(base.scheme), base.host?.isEmpty == false else {
      return nil
    }
    server = text
    self.subject = subject
  }

  /// - Parameters:
  ///   - target: path and query, encoded.
  ///   - interruption: ends the wait; nil when Ctrl-C is for somebody else.
  /// - Throws: `ServerError` when there is no server, or no such address.
  func send(
    _ target: String, method: String = "GET", body: [UInt8]? = nil, timeoutSeconds: Double = 30,
    _ interruption: Interruption? = nil
  ) throws -> (data: Data, response: HTTPURLResponse) {
    guard let address = URL(string: server + target) else {
      throw ServerError(description: "\(subject): \(server)\(target) is no address")
    }
    var request = URLRequest(url: address, timeoutInterval: timeoutSeconds)
    request.httpMethod = method
    if let body {
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      request.httpBody = Data(body)
    }
    return try answer(request, interruption)
  }

  /// What came of the request, from the session's thread to the one that waits.
  private final class Box: Sendable {
    let arrived = DispatchSemaphore(value: 0)
    let result = Mutex<Result<(Data, HTTPURLResponse), any Error>?>(nil)
  }

  private func answer(_ request: URLRequest, _ interruption: Interruption?) throws -> (Data, HTTPURLResponse) {
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
    interruption?.stops { task.cancel() }
    box.arrived.wait()
    guard let result = box.result.withLock({ $0 }) else {
      preconditionFailure("ServerRequest: signalled without a result")
    }
    do { return try result.get() } catch {
      throw ServerError(
        description: "\(subject): server \(server) does not answer: \(error.localizedDescription); is it still running?"
      )
    }
  }

  /// A problem's own words; nil when the answer is none of ours.
  static func detail(of data: Data) -> String? {
    struct Problem: Decodable { var detail: String }
    do { return try JSONDecoder().decode(Problem.self, from: data).detail } catch { return nil }
  }
}
