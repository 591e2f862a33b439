/// Finds the word that a mistyped one was meant to be.
enum NearMiss {
  /// The closest candidate, if it is close enough to be worth suggesting.
  static func closest(to word: String, among candidates: [String]) -> String? {
    let typed = Array(word.lowercased().utf8)
    guard !typed.isEmpty else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let wanted = Array(candidate.lowercased().utf8)
      // The beginning of a longer word is a near miss however much is missing.
      let isBeginning = typed.count >= 2 && wanted.starts(with: typed)
      let distance = isBeginning ? 1 : self.distance(typed, wanted)
      let allowed = max(1, min(3, max(typed.count, wanted.count) / 3))
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var twoAbove = [Int](repeating: 0, count: b.count + 1)
    var above = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, twoAbove[j - 1] + 1) }
        row.append(cost)
      }
      (twoAbove, above) = (above, row)
    }
    return above[b.count]
  }
}
