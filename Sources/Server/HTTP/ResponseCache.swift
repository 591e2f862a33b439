import MarketModel

/// Answers to identical questions about data that have not changed since; bounded.
struct ResponseCache {
  private var generation: UInt64 = 0
  private var answers: [String: APIResponse] = [:]
  /// Bytes of the answers kept and of their keys.
  private(set) var bytes = 0
  private let capacity: Int
  private let byteCapacity: Int

  /// - Parameters:
  ///   - capacity: most answers.
  ///   - byteCapacity: most bytes of all of them.
  init(capacity: Int = Limits.cachedAnswers, byteCapacity: Int = Limits.cachedAnswerBytes) {
    self.capacity = capacity
    self.byteCapacity = byteCapacity
  }

  /// - Parameters:
  ///   - key: path and query.
  ///   - generation: changes when the data change; everything older is forgotten.
  mutating func known(_ key: String, generation: UInt64) -> APIResponse? {
    if generation != self.generation {
      answers.removeAll(keepingCapacity: true)
      bytes = 0
      self.generation = generation
    }
    return answers[key]
  }

  /// Keeps an answer while there is room. Returns it, for the reply.
  mutating func keep(_ answer: APIResponse, _ key: String) -> APIResponse {
    let size = key.utf8.count + answer.body.count
    if answers.count < capacity, size <= byteCapacity - bytes, answers[key] == nil {
      answers[key] = answer
      bytes += size
    }
    return answer
  }
}
