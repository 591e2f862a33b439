import MarketModel

/// A print that may be a leg.
struct PendingLeg: BitwiseCopyable {
  /// Within the day; 0 for one that was taken back.
  var number: Int64 = 0
  var strike: Int64 = 0
  var instrument = InstrumentID(0)
  var expiry: Int32 = 0
  var size: UInt32 = 0
  var isCall = false
  /// +1 bought, -1 sold, 0 when nothing says: by its label or, for marked legs, by its price at the quote.
  var direction: Int8 = 0
}

/// What the legs of one order have in common.
struct PendingSpread: BitwiseCopyable {
  var underlying = InstrumentID(0)
  var venue = VenueID(0)
  var isMarked = false
  /// Of marked legs; empty for others.
  var conditions: ConditionSet = []
  /// Of unmarked legs; 0 for others, whose legs may have ratios.
  var size: UInt32 = 0
  /// The tape's stamp of the first leg.
  var time = Timestamp.none
  var booked = Timestamp.none
  var underlyingPrice = Price.zero
  var count = 0
  /// Number of the underlying's group before this one.
  var previous: Int64 = 0

  /// Whether a print with the same in common may be one of its legs.
  func admits(_ other: PendingSpread, within nanoseconds: Int64) -> Bool {
    venue == other.venue && isMarked == other.isMarked && conditions == other.conditions && size == other.size
      && abs(other.time - time) <= nanoseconds && count < Limits.spreadLegs
  }
}

/// Groups of prints that may be legs of one order, in the order in which they began: a ring.
struct PendingSpreads {
  private static let mask = Int64(Limits.pendingSpreads - 1)
  /// How many groups of an underlying are looked at for a print: those of the last milliseconds are few.
  private static let search = 16

  private var groups: [PendingSpread] = []
  private var legs: [PendingLeg] = []
  /// Number of each underlying's newest group, 0 for none.
  private var newest: [Int64] = []
  /// Groups are numbered from 1; those from `first` up to before `next` are pending.
  private(set) var first: Int64 = 1
  private(set) var next: Int64 = 1

  init() {
    groups = Array(repeating: PendingSpread(), count: Limits.pendingSpreads)
    legs = Array(repeating: PendingLeg(), count: Limits.pendingSpreads * Limits.spreadLegs)
  }

  var isFull: Bool { next - first >= Int64(Limits.pendingSpreads) }

  /// The oldest; nil when none is pending.
  @inline(__always)
  func oldest() -> PendingSpread? { first < next ? groups[Int(first & PendingSpreads.mask)] : nil }

  /// Puts a print with those it belongs to, or by itself. There is room.
  mutating func add(_ leg: PendingLeg, _ common: PendingSpread, within nanoseconds: Int64) {
    newest.makePlace(common.underlying.index, 0)
    var number = newest[common.underlying.index]
    for _ in 0..<PendingSpreads.search where number >= first {
      let place = Int(number & PendingSpreads.mask)
      if groups[place].admits(common, within: nanoseconds) {
        legs[place &* Limits.spreadLegs &+ groups[place].count] = leg
        groups[place].count &+= 1
        return
      }
      number = groups[place].previous
    }
    let place = Int(next & PendingSpreads.mask)
    groups[place] = common
    groups[place].previous = newest[common.underlying.index]
    groups[place].count = 1
    legs[place * Limits.spreadLegs] = leg
    newest[common.underlying.index] = next
    next += 1
  }

  /// Takes the oldest out.
  /// - Returns: its legs that stand; none when there were fewer than two.
  mutating func removeOldest() -> [PendingLeg] {
    let place = Int(first & PendingSpreads.mask)
    first += 1
    guard groups[place].count > 1 else { return [] }
    let start = place * Limits.spreadLegs
    return legs[start..<(start + groups[place].count)].filter { $0.number != 0 }
  }

  /// A print was taken back before its group was looked at.
  mutating func takeBack(_ number: Int64) {
    for group in first..<next {
      let place = Int(group & PendingSpreads.mask)
      for i in 0..<groups[place].count where legs[place * Limits.spreadLegs + i].number == number {
        legs[place * Limits.spreadLegs + i].number = 0
      }
    }
  }

  mutating func reset() {
    newest.removeAll(keepingCapacity: true)
    first = 1
    next = 1
  }

  /// The pending ones alone.
  func save(into snapshot: inout SnapshotBytes) {
    var pendingGroups: [PendingSpread] = []
    var pendingLegs: [PendingLeg] = []
    for group in first..<next {
      let place = Int(group & PendingSpreads.mask)
      pendingGroups.append(groups[place])
      pendingLegs += legs[(place * Limits.spreadLegs)..<(place * Limits.spreadLegs + Limits.spreadLegs)]
    }
    snapshot.add(first)
    snapshot.add(newest)
    snapshot.add(pendingGroups)
    snapshot.add(pendingLegs)
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    first = try reader.read()
    newest = try reader.readArray()
    let pendingGroups = try reader.readArray(of: PendingSpread.self)
    let pendingLegs = try reader.readArray(of: PendingLeg.self)
    next = first + Int64(pendingGroups.count)
    guard first > 0, pendingGroups.count <= Limits.pendingSpreads,
      pendingLegs.count == pendingGroups.count * Limits.spreadLegs, newest.allSatisfy({ $0 < next }),
      pendingGroups.allSatisfy({ (1...Limits.spreadLegs).contains($0.count) && $0.previous < next })
    else { throw .damaged(words: "\(pendingGroups.count) pending spreads from \(first)") }
    for (i, group) in pendingGroups.enumerated() {
      let place = Int((first + Int64(i)) & PendingSpreads.mask)
      groups[place] = group
      for j in 0..<Limits.spreadLegs { legs[place * Limits.spreadLegs + j] = pendingLegs[i * Limits.spreadLegs + j] }
    }
  }
}
