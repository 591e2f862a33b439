import MarketModel

extension Router {
  /// `GET /detections`.
  func detections(_ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    let question = try DetectionsRoute.parse(request.query)
    let part = DetectionsRoute.fromMemory(question, model, hasStore: history != nil)
    let isFull = part.rows.count == question.limit
    guard let history, !isFull else {
      // Whether the store has more is for the next page to find out.
      let page = DetectionsRoute.page(part, isFull: isFull && history != nil)
      return reply(.live(page.encoded()))
    }
    let runID = model.runID
    let isAccepted = history.submit { source in
      do {
        let page = try DetectionsRoute.page(part, question, runID: runID, history: source.get())
        reply(.live(page.encoded()))
      } catch {
        reply(Problem.storeUnavailable("older detections: \(error); newer ones are in memory").response)
      }
    }
    guard isAccepted else { throw tooBusy(request) }
  }

  /// `GET /detections/{id}`.
  func detection(_ text: String, _ request: APIRequest, _ reply: @escaping Reply) throws(Problem) {
    let question = try DetectionRoute.parameters.parse(request.query, into: .init())
    let id = try DetectionRoute.id(text)
    let part = DetectionRoute.fromMemory(id, question, model)
    guard let history, part?.isMissingLegs ?? true else {
      guard let part else { throw DetectionRoute.unknown(id, question) }
      return reply(.live(DetectionRoute.answer(part).encoded()))
    }
    let isAccepted = history.submit { source in
      do {
        let history = try source.get()
        if let part { return reply(.live(try DetectionRoute.answer(part, history: history).encoded())) }
        guard let answer = try DetectionRoute.answer(id, question, history: history) else {
          return reply(DetectionRoute.unknown(id, question).response)
        }
        reply(.live(answer.encoded()))
      } catch {
        reply(Problem.storeUnavailable("detection \(id.text): \(error)").response)
      }
    }
    guard isAccepted else { throw tooBusy(request) }
  }

  private func tooBusy(_ request: APIRequest) -> Problem {
    .busy("\(request.path): \(Limits.waitingQueries) questions wait for the store already; ask again in a second")
  }
}
