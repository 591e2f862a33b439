import Foundation
import Logging
import MarketModel

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Where and how REST is asked.
public struct PolygonRESTSettings: Sendable {
  /// `https://api.massive.com`, `https://api.polygon.io`, or a simulator's `http://127.0.0.1:8765`; a path in it goes before
  /// every request's.
  public var endpoint: String
  public var key: Secret
  public var keyPlacement: PolygonKeyPlacement
  public var rate: RequestRate
  public var retry: RetryPolicy
  public var breaker: CircuitBreaker.Settings
  /// Longest time without a byte of the answer.
  public var timeoutSeconds: Double
  /// Longest answer; a page of 50,000 quotes has about 9 MB.
  public var longestAnswerBytes: Int

  public static let massiveEndpoint = "https://api.massive.com"
  public static let polygonEndpoint = "https://api.polygon.io"

  public init(
    key: Secret, endpoint: String = massiveEndpoint, keyPlacement: PolygonKeyPlacement = .header,
    rate: RequestRate = .paidPlan, retry: RetryPolicy = RetryPolicy(),
    breaker: CircuitBreaker.Settings = CircuitBreaker.Settings(), timeoutSeconds: Double = 20,
    longestAnswerBytes: Int = 64 << 20
  ) {
    self.key = key
    self.endpoint = endpoint
    self.keyPlacement = keyPlacement
    self.rate = rate
    self.retry = retry
    self.breaker = breaker
    self.timeoutSeconds = timeoutSeconds
    self.longestAnswerBytes = longestAnswerBytes
  }
}

/// Polygon/Massive's REST interface: typed, paged, within the plan's rate, with retries. Every request passes one budget and
/// one breaker; counters say how it goes.
public final class PolygonREST: Sendable {
  public let settings: PolygonRESTSettings
  let clock: RESTClock
  private let base: URLComponents
  private let transport: RESTTransport
  private let gate: RequestGate
  private let redaction: KeyRedaction

  /// Nil when the endpoint is no http or https address with a host.
  public init?(settings: PolygonRESTSettings, clock: RESTClock = .system) {
    guard var base = URLComponents(string: settings.endpoint), let scheme = base.scheme?.lowercased(),
      scheme == "https" || scheme == "http", let host = base.host, !host.isEmpty
    else { return nil }
    base.percentEncodedQuery = nil
    base.fragment = nil
    while base.percentEncodedPath.hasSuffix("/") { base.percentEncodedPath.removeLast() }
    self.base = base
    // A key read from a file ends in a line break, which would break the header in two.
    var settings = settings
    settings.key = Secret(settings.key.reveal().filter { !$0.isWhitespace })
    self.settings = settings
    self.clock = clock
    transport = RESTTransport(
      timeoutSeconds: settings.timeoutSeconds, longestAnswerBytes: settings.longestAnswerBytes)
    gate = RequestGate(rate: settings.rate, breaker: settings.breaker, clock: clock)
    redaction = KeyRedaction(settings.key)
  }

  /// What went over REST so far. Any thread.
  public var counters: RESTCounters { gate.counters }

  // MARK: One request

  /// Sends until there is an answer or the policy is at its end.
  func answer<Answer: Decodable & Sendable>(
    _ request: RESTRequest, as type: Answer.Type, for user: RequestUser
  ) async throws(PolygonRESTError) -> Answer {
    var failures = 0
    while true {
      do throws(PolygonRESTError) {
        return try await attempt(request, type, user, failures: failures)
      } catch {
        failures += 1
        guard await waits(after: error, failures: failures) else {
          gate.gaveUp(error)
          throw error
        }
      }
    }
  }

  /// Whether the request is to be sent again; returns when it is time.
  private func waits(after error: PolygonRESTError, failures: Int) async -> Bool {
    guard failures < settings.retry.attempts else { return false }
    switch error.kind {
    case .rateLimited(let wait):
      // The gate holds everybody back until then.
      return (wait ?? 0) <= settings.retry.longestRetryAfterNanoseconds
    case .server, .malformed, .unreachable, .timedOut:
      let wait = settings.retry.waitNanoseconds(afterFailures: failures, chance: clock.random())
      do { try await clock.sleepUntil(clock.now() + wait) } catch { return false }
      return true
    default: return false
    }
  }

  private func attempt<Answer: Decodable & Sendable>(
    _ request: RESTRequest, _ type: Answer.Type, _ user: RequestUser, failures: Int
  ) async throws(PolygonRESTError) -> Answer {
    switch await gate.enter(user, isRetry: failures > 0) {
    case .go: break
    case .cancelled: throw PolygonRESTError(.cancelled, request: text(request))
    case .suspended(let until, let words):
      throw PolygonRESTError(.suspended(untilNanoseconds: until), request: text(request), words: words)
    }
    do throws(PolygonRESTError) {
      let answer: Answer = try decode(try await send(request), request)
      gate.succeeded()
      return answer
    } catch {
      switch error.kind {
      case .cancelled: gate.abandoned()
      case .rateLimited(let wait): gate.rateLimited(retryAfterNanoseconds: wait, repetition: failures)
      case .unauthorised, .notEntitled, .notFound, .badRequest: gate.succeeded()
      default: gate.failed(error)
      }
      throw error
    }
  }

  private func send(_ request: RESTRequest) async throws(PolygonRESTError) -> RESTAnswer {
    guard let address = address(of: request) else {
      throw PolygonRESTError(.badRequest, request: text(request), words: "the address cannot be written as a URL")
    }
    var http = URLRequest(url: address, timeoutInterval: settings.timeoutSeconds)
    http.setValue("marketflow", forHTTPHeaderField: "User-Agent")
    http.setValue("application/json", forHTTPHeaderField: "Accept")
    if settings.keyPlacement == .header {
      http.setValue("Bearer " + settings.key.reveal(), forHTTPHeaderField: "Authorization")
    }
    do throws(RESTTransportFailure) {
      return try await transport.get(http)
    } catch {
      throw failure(error, request)
    }
  }

  private func address(of request: RESTRequest) -> URL? {
    var address = base
    // A server behind a path may or may not put it into its `next_url`.
    let prefix = base.percentEncodedPath
    address.percentEncodedPath =
      !prefix.isEmpty && request.path.hasPrefix(prefix + "/") ? request.path : prefix + request.path
    var query = request.query
    if settings.keyPlacement == .query { query.append("apiKey=" + RESTRequest.encoded(settings.key.reveal())) }
    address.percentEncodedQuery = query.isEmpty ? nil : query.joined(separator: "&")
    return address.url
  }

  // MARK: What came back

  private func decode<Answer: Decodable>(
    _ answer: RESTAnswer, _ request: RESTRequest
  ) throws(PolygonRESTError) -> Answer {
    guard answer.status == 200 else { throw refusal(answer, request) }
    do {
      return try JSONDecoder().decode(Answer.self, from: answer.body)
    } catch {
      let place = (error as? DecodingError).map(KeyRedaction.place) ?? "no reason given"
      let begin = String(decoding: answer.body.prefix(80), as: UTF8.self)
      throw PolygonRESTError(
        .malformed, status: answer.status, request: text(request),
        words: redaction.clean("\(answer.body.count) bytes, \(place); it begins with \(begin)"))
    }
  }

  private func refusal(_ answer: RESTAnswer, _ request: RESTRequest) -> PolygonRESTError {
    let words = words(of: answer)
    let kind: PolygonRESTError.Kind =
      switch answer.status {
      case 401: .unauthorised
      case 403: .notEntitled
      case 404: .notFound
      case 429:
        .rateLimited(
          retryAfterNanoseconds: RetryAfter.nanoseconds(answer.retryAfter, date: answer.date, wallNow: clock.wallNow()))
      case 300..<400: .redirected
      // The vendor answers a request without a key with 400, too.
      case 400 where words.localizedStandardContains("api key"): .unauthorised
      case 400..<500: .badRequest
      case 500..<600: .server
      default: .malformed
      }
    return PolygonRESTError(kind, status: answer.status, request: text(request), words: words)
  }

  private func words(of answer: RESTAnswer) -> String {
    if let location = answer.location, (300..<400).contains(answer.status) {
      // Only where to: the rest may hold the key.
      return redaction.clean(URLComponents(string: location)?.host ?? "no host named")
    }
    do {
      let said = try JSONDecoder().decode(RefusalAnswer.self, from: answer.body)
      return redaction.clean(said.error ?? said.message ?? said.status ?? "")
    } catch {
      // Proxies answer in HTML or plain text.
      return redaction.clean(String(decoding: answer.body.prefix(200), as: UTF8.self))
    }
  }

  private func failure(_ failure: RESTTransportFailure, _ request: RESTRequest) -> PolygonRESTError {
    switch failure {
    case .timedOut:
      PolygonRESTError(.timedOut, request: text(request), words: "nothing within \(settings.timeoutSeconds) s")
    case .unreachable(let words): PolygonRESTError(.unreachable, request: text(request), words: redaction.clean(words))
    case .untrusted(let words):
      PolygonRESTError(.untrusted, request: text(request), words: redaction.clean(words))
    case .tooLong:
      PolygonRESTError(
        .tooLong, request: text(request), words: "more than \(settings.longestAnswerBytes) bytes")
    case .cancelled: PolygonRESTError(.cancelled, request: text(request))
    }
  }

  private func text(_ request: RESTRequest) -> String { redaction.clean(request.text) }
}

private struct RefusalAnswer: Decodable {
  var status: String?
  var error: String?
  var message: String?
}

extension KeyRedaction {
  /// Where decoding came to a halt and why, without the values.
  fileprivate static func place(_ error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case .dataCorrupted(let context): context.codingPath.isEmpty ? "not JSON" : "\(path(context)) is damaged"
    case .keyNotFound(let key, let context): "\(path(context)) lacks \(key.stringValue)"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(path(context)) is no \(type)"
    @unknown default: "not understood"
    }
  }
}
