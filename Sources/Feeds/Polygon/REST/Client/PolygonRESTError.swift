/// Why a REST request gave no answer: what happened, the vendor's words, what to do next. Never holds the key.
public struct PolygonRESTError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// The key is unknown or was not sent (HTTP 401).
    case unauthorised
    /// The plan does not include these data (HTTP 403).
    case notEntitled
    /// The vendor does not know the path or the ticker (HTTP 404).
    case notFound
    /// The vendor does not understand the request (another 4xx).
    case badRequest
    /// Too many requests (HTTP 429), also after waiting; nanoseconds the vendor asked to wait, where it said so.
    case rateLimited(retryAfterNanoseconds: Int64?)
    /// The vendor failed (HTTP 5xx).
    case server
    /// The answer is not what the protocol says.
    case malformed
    /// The answer is longer than admitted.
    case tooLong
    /// The vendor sent the request elsewhere; it is not followed, because the key would go along.
    case redirected
    /// No connection, or no name for the host.
    case unreachable
    /// No secure connection: the certificate was not accepted, or the server does not speak TLS.
    case untrusted
    /// No answer in time.
    case timedOut
    /// Too many failures in a row: nothing is sent before this moment of the monotonic clock.
    case suspended(untilNanoseconds: Int64)
    /// The task was cancelled.
    case cancelled
  }

  public var kind: Kind
  /// HTTP status; nil without an answer.
  public var status: Int?
  /// What was asked for: path and query without the key.
  public var request: String
  /// The vendor's words, or the system's; may be empty.
  public var words: String

  public init(_ kind: Kind, status: Int? = nil, request: String, words: String = "") {
    self.kind = kind
    self.status = status
    self.request = request
    self.words = words
  }

  /// Whether the same request may succeed later.
  public var isTransient: Bool {
    switch kind {
    case .rateLimited, .server, .malformed, .tooLong, .unreachable, .timedOut, .suspended: true
    case .unauthorised, .notEntitled, .notFound, .badRequest, .redirected, .untrusted, .cancelled: false
    }
  }
}

extension PolygonRESTError: CustomStringConvertible {
  public var description: String {
    var text = "polygon REST \(request): \(what)"
    if let status { text += " (HTTP \(status))" }
    if !words.isEmpty { text += ": \"\(words)\"" }
    return text + "; " + advice
  }

  private var what: String {
    switch kind {
    case .unauthorised: "the key was refused"
    case .notEntitled: "the plan of this key does not include these data"
    case .notFound: "not found"
    case .badRequest: "the request was refused"
    case .rateLimited(let wait?): "too many requests, the vendor asks to wait \(seconds(wait)) s"
    case .rateLimited(nil): "too many requests"
    case .server: "the vendor failed"
    case .malformed: "the answer is not what the protocol says"
    case .tooLong: "the answer is too long"
    case .redirected: "the vendor sends the request elsewhere"
    case .unreachable: "the server cannot be reached"
    case .untrusted: "no secure connection"
    case .timedOut: "no answer in time"
    case .suspended: "not sent, because the last requests failed one after another"
    case .cancelled: "cancelled"
    }
  }

  private var advice: String {
    switch kind {
    case .unauthorised: "check POLYGON_API_KEY or MASSIVE_API_KEY against the keys on the vendor's dashboard"
    case .notEntitled: "choose a plan with these data on the vendor's dashboard, or switch off what needs them"
    case .notFound: "check the ticker and the endpoint"
    case .badRequest: "check the parameters; if they are in order, report this line"
    case .rateLimited: "set the requests a minute to what the plan allows"
    case .server, .timedOut: "it is tried again; the vendor's status page says whether it is known"
    case .malformed, .tooLong: "check that the endpoint is the vendor's; if it is, report this line"
    case .redirected: "set the endpoint to the address the vendor names"
    case .unreachable: "check the network and the endpoint; it is tried again"
    case .untrusted:
      "check the endpoint (http or https), the machine's clock and its certificates (package ca-certificates)"
    case .suspended: "it is tried again by itself"
    case .cancelled: "nothing to do"
    }
  }

  private func seconds(_ nanoseconds: Int64) -> Int64 { (nanoseconds + 999_999_999) / 1_000_000_000 }
}
