import MarketModel

/// Stretches of the streams that the vendor's history is or will be asked for: what was handed over there must not be forgotten, or
/// nobody could tell it from what was missed.
struct KeptStretches: Sendable {
  private struct Stretch {
    /// 0 for a gap that is expected: it has no end yet.
    var gap: UInt32
    var scope: FeedIncident.Scope
    var from: Timestamp
    var to: Timestamp
    /// All that was handed over since is remembered.
    var knownFrom: Timestamp

    @inline(__always)
    func contains(_ time: Timestamp, _ scope: FeedIncident.Scope) -> Bool {
      time >= from && time <= to && reaches(scope)
    }

    func reaches(_ other: FeedIncident.Scope) -> Bool { scope == other || scope == .everything || other == .everything }
  }

  private var stretches: [Stretch] = []

  /// History is asked for so much on each side of a gap, and its times are rounded to milliseconds.
  private static let marginNanoseconds = BackfillSettings.standardMarginNanoseconds + 1_000_000
  private static let forever = Timestamp(nanoseconds: .max)

  @inline(__always) var isEmpty: Bool { stretches.isEmpty }

  /// Whether a moment of a stream lies in one.
  func contain(_ time: Timestamp, _ scope: FeedIncident.Scope) -> Bool {
    stretches.contains { $0.contains(time, scope) }
  }

  /// Whether a moment of a stream lies in one, where all that was handed over is remembered.
  func know(_ time: Timestamp, _ scope: FeedIncident.Scope) -> Bool {
    stretches.contains { $0.contains(time, scope) && time >= $0.knownFrom }
  }

  /// Numbers of the gaps that a moment of a stream lies in.
  func gaps(at time: Timestamp, _ scope: FeedIncident.Scope) -> [UInt32] {
    stretches.filter { $0.gap != 0 && $0.contains(time, scope) }.map(\.gap)
  }

  /// Where the first of them begins; nil when there is none.
  var earliest: Timestamp? { stretches.map(\.from).min() }

  // MARK: Changes

  /// - Parameter forgottenUntil: only what is newer is surely remembered outside of all stretches.
  mutating func expectGap(_ scope: FeedIncident.Scope, from time: Timestamp, forgottenUntil: Timestamp) {
    let from = time.adding(nanoseconds: -KeptStretches.marginNanoseconds)
    let expected = stretches.firstIndex { $0.gap == 0 && $0.scope == scope }
    if let expected, stretches[expected].from <= from { return }
    let known = knownFrom(from, scope, forgottenUntil)
    if let expected { stretches.remove(at: expected) }
    stretches.append(Stretch(gap: 0, scope: scope, from: from, to: KeptStretches.forever, knownFrom: known))
  }

  /// A gap that was expected to begin earlier is not any more.
  mutating func endExpecting(_ scope: FeedIncident.Scope, before time: Timestamp) {
    let from = time.adding(nanoseconds: -KeptStretches.marginNanoseconds)
    guard let index = stretches.firstIndex(where: { $0.gap == 0 && $0.scope == scope }),
      from > stretches[index].from
    else { return }
    stretches[index].from = from
    stretches[index].knownFrom = max(from, stretches[index].knownFrom)
  }

  /// A gap was found: it takes the place of the expected one.
  mutating func begin(_ gap: FeedIncident, forgottenUntil: Timestamp) {
    let from = min(gap.from, gap.time).adding(nanoseconds: -KeptStretches.marginNanoseconds)
    let known = knownFrom(from, gap.scope, forgottenUntil)
    stretches.removeAll { $0.gap == gap.gap || ($0.gap == 0 && $0.scope == gap.scope && from <= $0.from) }
    stretches.append(
      Stretch(
        gap: gap.gap, scope: gap.scope, from: from,
        to: gap.time.adding(nanoseconds: KeptStretches.marginNanoseconds), knownFrom: known))
  }

  mutating func end(_ gap: UInt32) { stretches.removeAll { $0.gap == gap } }

  /// Prints up to this time were not remembered, or are not any more.
  mutating func forget(until time: Timestamp, _ scope: FeedIncident.Scope = .everything) {
    for index in stretches.indices where stretches[index].reaches(scope) && time >= stretches[index].from {
      stretches[index].knownFrom = max(stretches[index].knownFrom, time.adding(nanoseconds: 1))
    }
  }

  /// How far back, but not before `from`, all that was handed over is remembered: what is newer than the forgotten, and the
  /// stretches that follow one another before.
  private func knownFrom(
    _ from: Timestamp, _ scope: FeedIncident.Scope, _ forgottenUntil: Timestamp
  ) -> Timestamp {
    var known = forgottenUntil.adding(nanoseconds: 1)
    while known > from {
      let earlier = stretches.filter {
        ($0.scope == scope || $0.scope == .everything) && $0.knownFrom < known && $0.to >= known.adding(nanoseconds: -1)
      }.map { max($0.from, $0.knownFrom) }.min()
      guard let earlier, earlier < known else { break }
      known = earlier
    }
    return max(from, known)
  }
}

extension FeedIncident.Scope {
  /// The stream that an instrument's prints come on.
  init(of instrument: Instrument) { self = instrument.kind == .option ? .options : .equities }
}
