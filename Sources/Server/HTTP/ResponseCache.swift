/// Answers to identical questions about data that have not changed since; bounded.
struct ResponseCache {
  private var generation: UInt64 = 0
  private var answers: [String: APIResponse] = [:]
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// - Parameters:
  ///   - key: path and query.
  ///   - generation: changes when the data change; everything older is forgotten.
  mutating func answer(_ key: String, generation: UInt64, make: () -> APIResponse) -> APIResponse {
    if generation != self.generation {
      answers.removeAll(keepingCapacity: true)
      self.generation = generation
    }
    if let known = answers[key] { return known }
    let made = make()
    if answers.count < capacity { answers[key] = made }
    return made
  }
}
