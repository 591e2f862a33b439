/// `GET /ws/stream`: who may listen, and from where on.
enum StreamRoute {
  static let path = "/ws/stream"

  struct Question: Sendable {
    var epoch: String?
    var after: Int64?
  }

  static let parameters = ParameterSet<Question>([
    .text("epoch", "The epoch of the connection before; resumes when it is still ours.", wanted: "the epoch of a hello")
    {
      question, text in
      question.epoch = text
      return text.utf8.count <= 64
    },
    .integer("after", "Id of the last print the client has.", 0...Int.max) { $0.after = Int64($1) },
  ])

  /// Where the client left off; nil for one that is new.
  static func resumePoint(_ request: APIRequest) throws(Problem) -> ResumePoint? {
    if let refusal = Origin.refusal(request) {
      throw Problem(kind: .foreignOrigin, status: 403, detail: "\(path): \(refusal).")
    }
    let question = try parameters.parse(request.query, into: .init())
    return question.epoch.map { ResumePoint(epoch: $0, after: question.after) }
  }
}
