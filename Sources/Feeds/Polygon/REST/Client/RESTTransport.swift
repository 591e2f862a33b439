import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// An answer of any status.
struct RESTAnswer: Sendable {
  var status: Int
  var retryAfter: String?
  var date: String?
  var location: String?
  var body: Data
}

/// Why there was none.
enum RESTTransportFailure: Error, Hashable, Sendable {
  case timedOut
  case unreachable(String)
  case untrusted(String)
  case tooLong
  case cancelled
}

/// GET over URLSession. Follows no redirect (the key would go along), keeps no cookies, no cache.
final class RESTTransport: Sendable {
  private let session: URLSession
  private let answers: AnswerCollector

  /// - Parameters:
  ///   - timeoutSeconds: longest time without a byte.
  ///   - longestAnswerBytes: an answer beyond it is broken off.
  init(timeoutSeconds: Double, longestAnswerBytes: Int) {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeoutSeconds
    configuration.urlCache = nil
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    configuration.httpMaximumConnectionsPerHost = 8
    answers = AnswerCollector(longestAnswerBytes: longestAnswerBytes)
    session = URLSession(configuration: configuration, delegate: answers, delegateQueue: nil)
  }

  deinit { session.invalidateAndCancel() }

  func get(_ request: URLRequest) async throws(RESTTransportFailure) -> RESTAnswer {
    let task = session.dataTask(with: request)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        answers.expect(task.taskIdentifier, continuation)
        task.resume()
      }
    } onCancel: {
      task.cancel()
    }
    return try result.get()
  }
}

/// Puts the parts of answers together, by task.
private final class AnswerCollector: NSObject, URLSessionDataDelegate, Sendable {
  typealias Outcome = Result<RESTAnswer, RESTTransportFailure>

  private struct Pending {
    var continuation: CheckedContinuation<Outcome, Never>
    var body = Data()
    var isTooLong = false
  }
  private let pending = Mutex<[Int: Pending]>([:])
  private let longestAnswerBytes: Int

  init(longestAnswerBytes: Int) { self.longestAnswerBytes = longestAnswerBytes }

  func expect(_ task: Int, _ continuation: CheckedContinuation<Outcome, Never>) {
    pending.withLock { $0[task] = Pending(continuation: continuation) }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLong = pending.withLock { pending in
      guard var answer = pending.removeValue(forKey: dataTask.taskIdentifier) else { return false }
      answer.isTooLong = answer.isTooLong || answer.body.count + data.count > longestAnswerBytes
      if !answer.isTooLong { answer.body.append(data) }
      let isTooLong = answer.isTooLong
      pending[dataTask.taskIdentifier] = answer
      return isTooLong
    }
    if isTooLong { dataTask.cancel() }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    completionHandler(nil)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    guard let answer = pending.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
    answer.continuation.resume(returning: outcome(answer, task.response as? HTTPURLResponse, error))
  }

  private func outcome(_ answer: Pending, _ response: HTTPURLResponse?, _ error: (any Error)?) -> Outcome {
    if answer.isTooLong { return .failure(.tooLong) }
    if let error { return .failure(RESTTransportFailure(error)) }
    guard let response else { return .failure(.unreachable("the connection closed without an answer")) }
    return .success(
      RESTAnswer(
        status: response.statusCode, retryAfter: response.value(forHTTPHeaderField: "Retry-After"),
        date: response.value(forHTTPHeaderField: "Date"), location: response.value(forHTTPHeaderField: "Location"),
        body: answer.body))
  }
}

extension RESTTransportFailure {
  /// Of the error only its kind and its one sentence are kept: beside them it holds the address, with the key in it.
  fileprivate init(_ error: any Error) {
    guard let error = error as? URLError else {
      self = .unreachable("the system gave no reason")
      return
    }
    switch error.code {
    case .timedOut: self = .timedOut
    case .cancelled: self = .cancelled
    case .cannotFindHost, .dnsLookupFailed: self = .unreachable("the host's name is not known")
    case .cannotConnectToHost: self = .unreachable("the connection was refused")
    case .networkConnectionLost: self = .unreachable("the connection broke off")
    case .notConnectedToInternet: self = .unreachable("the machine has no network")
    case .secureConnectionFailed: self = .untrusted("no secure connection came about")
    case .serverCertificateUntrusted, .serverCertificateHasUnknownRoot: self = .untrusted("the issuer is not trusted")
    case .serverCertificateHasBadDate, .serverCertificateNotYetValid: self = .untrusted("it is not valid now")
    default:
      // The open-source Foundation gives libcurl's words and no code for what goes wrong with certificates.
      let words = error.localizedDescription
      let isAboutTrust = ["SSL", "TLS", "certificate"].contains { words.contains($0) }
      self = isAboutTrust ? .untrusted(words) : .unreachable(words)
    }
  }
}
