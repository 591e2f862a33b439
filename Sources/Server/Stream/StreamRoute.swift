/// `GET /ws/stream`: who may listen, from where on, and to what.
enum StreamRoute {
  static let path = "/ws/stream"

  struct Question: Sendable {
    var epoch: String?
    var after: Int64?
    /// Whose grid and minutes the state is to have; nil: the leading underlying's.
    var symbol: String?

    /// Where the client left off; nil for one that is new.
    var resumePoint: ResumePoint? { epoch.map { ResumePoint(epoch: $0, after: after) } }
  }

  static let parameters = ParameterSet<Question>([
    .text("epoch", "The epoch of the connection before; resumes when it is still ours.", wanted: "the epoch of a hello")
    {
      question, text in
      question.epoch = text
      return text.utf8.count <= 64
    },
    .integer("after", "Id of the last print the client has.", 0...Int.max) { $0.after = Int64($1) },
    .text(
      "symbol", "The underlying whose grid and minutes the state has, as with StreamWatch.",
      wanted: StreamRequest.wantedSymbol
    ) { question, text in
      question.symbol = StreamRequest.underlying(text)
      return question.symbol != nil
    },
  ])

  /// What the client asks for.
  static func question(_ request: APIRequest) throws(Problem) -> Question {
    if let refusal = Origin.refusal(request) {
      throw Problem(kind: .foreignOrigin, status: 403, detail: "\(path): \(refusal).")
    }
    return try parameters.parse(request.query, into: .init())
  }
}
