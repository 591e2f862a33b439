/// What every request that changes something has to pass.
enum PostedRequest {
  /// It comes from this machine, and from no page of somebody else's.
  /// - Parameter hasBody: then it must be declared as JSON: a form of a foreign page can send any other type without asking
  ///   first.
  static func check(_ request: APIRequest, hasBody: Bool = true) throws(Problem) {
    if let refusal = Origin.loopbackRefusal(request) {
      throw Problem(kind: .foreignOrigin, status: 403, detail: "\(request.path): \(refusal).")
    }
    guard hasBody else { return }
    let type = request.headers["content-type"] ?? ""
    guard type.lowercased().prefix(while: { $0 != ";" && $0 != " " }) == "application/json" else {
      throw Problem(
        kind: .notJSON, status: 415,
        detail: "\(request.path): Content-Type is \"\(type.prefix(80))\", wanted application/json.",
        seen: String(type.prefix(80)), wanted: "application/json")
    }
  }
}
