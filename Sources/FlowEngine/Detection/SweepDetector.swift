import MarketModel

/// A recognised sweep: who, when, how much. Legs may still join it.
@frozen public struct Sweep: Hashable, Sendable, BitwiseCopyable {
  public var instrument: InstrumentID
  public var side: AggressorSide
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  public var legs: Int64
  public var premiumMicros: Int64

  public init(
    instrument: InstrumentID, side: AggressorSide, firstTime: Timestamp, lastTime: Timestamp, legs: Int64,
    premiumMicros: Int64
  ) {
    self.instrument = instrument
    self.side = side
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.legs = legs
    self.premiumMicros = premiumMicros
  }
}

/// Finds bursts of aggressive prints in one contract on one side over several venues.
///
/// Per contract and side: the legs of the last window and the sweep that is under way. A leg joins the sweep under way when
/// it comes within the window of the leg before; otherwise a new sweep opens as soon as the window holds enough legs on
/// enough venues, and owns all legs of the window.
struct SweepDetector: ~Copyable {
  private struct Leg: BitwiseCopyable {
    var time: Timestamp
    var premiumMicros: Int64
    var venue: VenueID
  }

  /// Legs as a ring that grows up to `Limits.sweepWindowLegs`; memory of its own comes with the first leg.
  private struct Window: BitwiseCopyable {
    /// `noLegs` while `capacity` is 0.
    var legs: UnsafeMutablePointer<Leg>
    var capacity: Int32 = 0
    var head: Int32 = 0
    var count: Int32 = 0
    /// Index + 1 in `sweeps`; 0 = no sweep under way.
    var activeSweep: UInt32 = 0
    var lastLegTime = Timestamp.none
  }

  private let rule: SweepRule
  private let noLegs: UnsafeMutablePointer<Leg>
  private var windows: UnsafeMutablePointer<Window>
  private var windowCapacity: Int
  private var records: UnsafeMutablePointer<Sweep>
  private var recordCapacity = 64
  /// Sweeps of the session so far.
  private(set) var count = 0
  /// Sweeps not opened because the session already had `Limits.sweeps`.
  private(set) var refused: Int64 = 0

  init(rule: SweepRule) {
    precondition(rule.windowNanoseconds > 0 && rule.minimumLegs > 0, "SweepRule: window and legs must be positive")
    self.rule = rule
    windowCapacity = 256
    noLegs = .allocate(capacity: 1)
    windows = .allocate(capacity: windowCapacity)
    windows.initialize(repeating: Window(legs: noLegs), count: windowCapacity)
    records = .allocate(capacity: recordCapacity)
  }

  deinit {
    for i in 0..<windowCapacity where windows[i].capacity > 0 { windows[i].legs.deallocate() }
    noLegs.deallocate()
    windows.deallocate()
    records.deallocate()
  }

  /// Sweeps of the session, in the order they were recognised; `LabeledPrint.sweepID` is the index + 1.
  var sweeps: UnsafeBufferPointer<Sweep> { UnsafeBufferPointer(start: records, count: count) }

  /// Takes in one leg that qualifies by price, side and premium.
  /// - Returns: the id of the sweep it belongs to now, 0 for none, and whether it opened one.
  @inline(__always)
  mutating func add(
    instrument: InstrumentID, side: AggressorSide, time: Timestamp, venue: VenueID, premiumMicros: Int64
  ) -> (sweepID: UInt32, opened: Bool) {
    let index = instrument.index &* 2 &+ (side == .buy ? 0 : 1)
    if index >= windowCapacity { growWindows(past: index) }
    let window = windows + index
    let oldest = time.nanoseconds &- rule.windowNanoseconds
    dropLegs(window, before: oldest)
    push(window, Leg(time: time, premiumMicros: premiumMicros, venue: venue))
    defer { window.pointee.lastLegTime = time }

    if window.pointee.activeSweep != 0, window.pointee.lastLegTime.nanoseconds >= oldest {
      let sweep = records + Int(window.pointee.activeSweep &- 1)
      sweep.pointee.lastTime = time
      sweep.pointee.legs &+= 1
      sweep.pointee.premiumMicros &+= premiumMicros
      return (window.pointee.activeSweep, false)
    }
    window.pointee.activeSweep = 0
    guard Int(window.pointee.count) >= rule.minimumLegs, hasEnoughVenues(window) else { return (0, false) }
    return openSweep(window, instrument: instrument, side: side, time: time)
  }

  /// Takes back a leg of this session, because its print was cancelled: out of the window, so that it counts towards no later
  /// sweep, and out of the sweep that owns it. A sweep stays one when it loses legs: its id has been given out.
  /// - Parameter sweepID: what `add` returned for the leg; 0 also for legs that a sweep took over when it was recognised.
  mutating func remove(
    instrument: InstrumentID, side: AggressorSide, time: Timestamp, venue: VenueID, premiumMicros: Int64,
    sweepID: UInt32
  ) {
    let index = instrument.index * 2 + (side == .buy ? 0 : 1)
    guard index < windowCapacity else { return }
    dropLeg(windows + index, time, venue, premiumMicros)
    var owner = sweepID == 0 ? -1 : Int(sweepID) - 1
    if owner < 0 {
      owner =
        sweeps.lastIndex {
          $0.instrument == instrument && $0.side == side && $0.firstTime <= time && time <= $0.lastTime
        } ?? -1
    }
    guard owner >= 0 else { return }
    records[owner].legs -= 1
    records[owner].premiumMicros -= premiumMicros
  }

  private func dropLeg(
    _ window: UnsafeMutablePointer<Window>, _ time: Timestamp, _ venue: VenueID, _ premiumMicros: Int64
  ) {
    let count = window.pointee.count
    let found = (0..<count).last {
      let leg = leg(window, $0)
      return leg.time == time && leg.venue == venue && leg.premiumMicros == premiumMicros
    }
    guard let found else { return }
    for i in found..<(count - 1) {
      window.pointee.legs[Int((window.pointee.head &+ i) & (window.pointee.capacity &- 1))] = leg(window, i + 1)
    }
    window.pointee.count = count - 1
    // A leg that is no longer in the window is too old to be joined, too.
    window.pointee.lastLegTime = count == 1 ? .none : leg(window, count - 2).time
  }

  /// Forgets windows and sweeps; keeps their memory.
  mutating func reset() {
    for i in 0..<windowCapacity {
      windows[i].head = 0
      windows[i].count = 0
      windows[i].activeSweep = 0
      windows[i].lastLegTime = .none
    }
    count = 0
    refused = 0
  }

  private mutating func openSweep(
    _ window: UnsafeMutablePointer<Window>, instrument: InstrumentID, side: AggressorSide, time: Timestamp
  ) -> (sweepID: UInt32, opened: Bool) {
    guard count < Limits.sweeps else {
      refused += 1
      return (0, false)
    }
    var premium: Int64 = 0
    for i in 0..<window.pointee.count { premium &+= leg(window, i).premiumMicros }
    if count == recordCapacity { growRecords() }
    records[count] = Sweep(
      instrument: instrument, side: side, firstTime: leg(window, 0).time, lastTime: time,
      legs: Int64(window.pointee.count),
      premiumMicros: premium)
    count += 1
    window.pointee.activeSweep = UInt32(count)
    return (UInt32(count), true)
  }

  private func hasEnoughVenues(_ window: UnsafeMutablePointer<Window>) -> Bool {
    var distinct = 0
    for i in 0..<window.pointee.count {
      let venue = leg(window, i).venue
      var isNew = true
      for j in 0..<i where leg(window, j).venue == venue {
        isNew = false
        break
      }
      if isNew { distinct += 1 }
      if distinct >= rule.minimumVenues { return true }
    }
    return false
  }

  @inline(__always)
  private func leg(_ window: UnsafeMutablePointer<Window>, _ i: Int32) -> Leg {
    window.pointee.legs[Int((window.pointee.head &+ i) & (window.pointee.capacity &- 1))]
  }

  @inline(__always)
  private func dropLegs(_ window: UnsafeMutablePointer<Window>, before oldest: Int64) {
    while window.pointee.count > 0, leg(window, 0).time.nanoseconds < oldest {
      window.pointee.head = (window.pointee.head &+ 1) & (window.pointee.capacity &- 1)
      window.pointee.count &-= 1
    }
  }

  @inline(__always)
  private func push(_ window: UnsafeMutablePointer<Window>, _ leg: Leg) {
    if window.pointee.count == window.pointee.capacity {
      if Int(window.pointee.capacity) < Limits.sweepWindowLegs {
        growLegs(window)
      } else {
        window.pointee.head = (window.pointee.head &+ 1) & (window.pointee.capacity &- 1)
        window.pointee.count &-= 1
      }
    }
    window.pointee.legs[Int((window.pointee.head &+ window.pointee.count) & (window.pointee.capacity &- 1))] = leg
    window.pointee.count &+= 1
  }

  @inline(never)
  private func growLegs(_ window: UnsafeMutablePointer<Window>) {
    let capacity = max(16, window.pointee.capacity * 2)
    let larger = UnsafeMutablePointer<Leg>.allocate(capacity: Int(capacity))
    for i in 0..<window.pointee.count { larger[Int(i)] = leg(window, i) }
    if window.pointee.capacity > 0 { window.pointee.legs.deallocate() }
    window.pointee.legs = larger
    window.pointee.capacity = capacity
    window.pointee.head = 0
  }

  // MARK: Snapshot

  /// What a window is beside its legs.
  private struct SavedWindow: BitwiseCopyable {
    var index: Int
    var count: Int32
    var activeSweep: UInt32
    var lastLegTime: Timestamp
  }

  func save(into snapshot: inout SnapshotBytes) {
    var saved: [SavedWindow] = []
    var legs: [Leg] = []
    for i in 0..<windowCapacity {
      let window = windows[i]
      if window.count == 0, window.activeSweep == 0, window.lastLegTime == .none { continue }
      saved.append(
        SavedWindow(
          index: i, count: window.count, activeSweep: window.activeSweep, lastLegTime: window.lastLegTime))
      for leg in 0..<window.count { legs.append(self.leg(windows + i, leg)) }
    }
    snapshot.add(saved)
    snapshot.add(legs)
    snapshot.add(UnsafeBufferPointer(start: records, count: count))
    snapshot.add(refused)
  }

  /// Into a new detector.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    let saved = try reader.readArray(of: SavedWindow.self)
    let legs = try reader.readArray(of: Leg.self)
    guard saved.reduce(0, { $0 + Int($1.count) }) == legs.count else {
      throw .damaged(words: "\(legs.count) legs that are not those of the windows")
    }
    var next = 0
    for window in saved {
      if window.index >= windowCapacity { growWindows(past: window.index) }
      for _ in 0..<window.count {
        push(windows + window.index, legs[next])
        next += 1
      }
      windows[window.index].activeSweep = window.activeSweep
      windows[window.index].lastLegTime = window.lastLegTime
    }
    for sweep in try reader.readArray(of: Sweep.self) {
      if count == recordCapacity { growRecords() }
      records[count] = sweep
      count += 1
    }
    refused = try reader.read()
  }

  @inline(never)
  private mutating func growWindows(past index: Int) {
    var capacity = windowCapacity
    while capacity <= index { capacity *= 2 }
    let larger = UnsafeMutablePointer<Window>.allocate(capacity: capacity)
    larger.update(from: windows, count: windowCapacity)
    (larger + windowCapacity).initialize(repeating: Window(legs: noLegs), count: capacity - windowCapacity)
    windows.deallocate()
    windows = larger
    windowCapacity = capacity
  }

  @inline(never)
  private mutating func growRecords() {
    let larger = UnsafeMutablePointer<Sweep>.allocate(capacity: recordCapacity * 2)
    larger.update(from: records, count: count)
    records.deallocate()
    records = larger
    recordCapacity *= 2
  }
}
