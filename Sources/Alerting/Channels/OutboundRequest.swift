import Logging

/// A message in the form of its channel, ready to go.
enum OutboundRequest: Sendable {
  case line(String)
  case http(HTTPPost)
  case mail(OutboundMail)
  case command(CommandCall)
}

/// One POST. Its address and headers may be keys.
struct HTTPPost: Sendable {
  var address: Secret
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var user: String?
  var password: Secret?
  var body: [UInt8]
}

struct OutboundMail: Sendable {
  var account: MailAccount
  /// Headers and text as RFC 5322 wants them, lines ended by CR LF.
  var bytes: [UInt8]
}

/// A program to start, and what it reads.
struct CommandCall: Sendable {
  var arguments: [String]
  var input: [UInt8]
}

/// How a try ended.
enum SendOutcome: Sendable, Equatable {
  case delivered
  case failed(SendFailure)
}

struct SendFailure: Sendable, Equatable {
  /// Without secrets.
  var words: String
  /// Trying again would end the same way.
  var isPermanent = false
  /// What the receiver asked for.
  var retryAfterNanoseconds: Int64?
  /// Whether the receiver seems to be down; not when it answers, however unfriendly.
  var speaksOfOutage = true
}
