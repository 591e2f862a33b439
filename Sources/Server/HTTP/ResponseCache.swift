/// Answers to identical questions about data that have not changed since; bounded.
struct ResponseCache {
  private var generation: UInt64 = 0
  private var answers: [String: APIResponse] = [:]
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// - Parameters:
  ///   - key: path and query.
  ///   - generation: changes when the data change; everything older is forgotten.
  mutating func known(_ key: String, generation: UInt64) -> APIResponse? {
    if generation != self.generation {
      answers.removeAll(keepingCapacity: true)
      self.generation = generation
    }
    return answers[key]
  }

  /// Keeps an answer while there is room. Returns it, for the reply.
  mutating func keep(_ answer: APIResponse, _ key: String) -> APIResponse {
    if answers.count < capacity { answers[key] = answer }
    return answer
  }
}
