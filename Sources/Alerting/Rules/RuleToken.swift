import Foundation

extension AlertRule {
  /// The whole rule in letters that a URL takes as they are (base64url, RFC 4648 section 5), to be shared: `#rule=TOKEN`.
  public var token: String {
    Data(json).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// The rule that somebody shared.
  /// - Throws: when it is no token, or one of a rule that cannot be used.
  public init(token: String) throws(DataProblem) {
    let text = token.replacing("-", with: "+").replacing("_", with: "/")
    let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    guard token.utf8.count <= AlertRule.longestToken, let data = Data(base64Encoded: padded) else {
      throw DataProblem(member: "token", seen: token, wanted: "the token of a rule, as GET /alerts/rules shows it")
    }
    try self.init(json: Array(data))
  }

  /// Bytes of the longest token that is read.
  static let longestToken = 16 << 10
}
