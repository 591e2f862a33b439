import JSONText
import Transport

/// An answer that is no data, in the vendor's words.
enum RESTProblem: Error, Equatable {
  case keyMissing
  case keyUnknown
  case notEntitled
  case notFound(String)
  case badRequest(String)
  case tooManyRequests
  case serverError(status: Int)

  var httpStatus: Int {
    switch self {
    case .keyMissing, .keyUnknown: 401
    case .notEntitled: 403
    case .notFound: 404
    case .badRequest: 400
    case .tooManyRequests: 429
    case .serverError(let status): status
    }
  }

  func response(requestID: String) -> HTTPResponse {
    var json = JSONWriter()
    json.object { json in
      switch self {
      case .notEntitled:
        json.field("status", "NOT_AUTHORIZED")
        json.field("request_id", requestID)
        json.field(
          "message",
          "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing")
      case .notFound(let words):
        json.field("status", "NOT_FOUND")
        json.field("request_id", requestID)
        json.field("message", words)
      default:
        json.field("status", "ERROR")
        json.field("request_id", requestID)
        json.field("error", words)
      }
    }
    var response = HTTPResponse(status: httpStatus, contentType: "application/json", body: json.bytes)
    if self == .tooManyRequests { response.headers.append(("Retry-After", "1")) }
    return response
  }

  private var words: String {
    switch self {
    case .keyMissing: "API Key was not provided"
    case .keyUnknown: "Unknown API Key"
    case .notEntitled, .notFound: ""
    case .badRequest(let words): words
    case .tooManyRequests:
      "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. "
        + "https://massive.com/pricing"
    case .serverError: "Internal server error"
    }
  }
}
