import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The prints a live feed has handed over, as far back as its bound allows: what comes a second time, over the socket or from
/// the vendor's history, is told by it.
///
/// A print is itself by instrument and sequence number. Prints without a number are told by their millisecond, price, size and
/// venue; since two prints can agree in all of them, such a row of the history takes up one remembered print each.
struct TradeLedger: ~Copyable {
  /// What is kept of a print.
  private struct Entry: BitwiseCopyable {
    var sequence: Int64
    var time: Timestamp
    var instrument: InstrumentID
    /// Of price, size and venue.
    var details: UInt32
    /// Low bits of the number of the instrument's print before.
    var previous: UInt32
    /// The gap whose rows have been compared with this print already.
    var claimedBy: UInt32
  }

  /// A place in the hash. It holds enough of the hash itself that most looks need not touch the print.
  private struct Slot: BitwiseCopyable {
    /// Place of the print, plus one; 0 marks an empty slot.
    var link: UInt32
    var hash: UInt32
  }

  /// Prints remembered at most.
  let capacity: Int
  /// Prints remembered ever; a print's number is the value before it came.
  private var written = 0
  private let entries: UnsafeMutablePointer<Entry>
  private let entryMask: Int
  private let slots: UnsafeMutablePointer<Slot>
  private let slotMask: Int
  /// By instrument: low bits of the number of its latest print, plus one.
  private let latest: UnsafeMutablePointer<UInt32>
  private let instrumentCapacity: Int
  /// Whether a print without a number was ever remembered.
  private var hasUnnumbered = false
  /// Latest time of the prints that had to be forgotten; `.none` before. What is older cannot be told any more.
  private(set) var forgottenUntil = Timestamp.none
  /// One wrong stamp must not make all that is remembered look too old.
  private var doubt = TimeDoubt()

  /// - Parameters:
  ///   - capacity: rounded up to a power of two.
  ///   - instruments: most instruments there can be.
  init(capacity: Int = Limits.handedOverPrints, instruments: Int) {
    precondition(capacity > 0 && capacity <= 1 << 30, "TradeLedger: capacity \(capacity)")
    var size = 2
    while size < capacity { size *= 2 }
    self.capacity = size
    entryMask = size - 1
    slotMask = size * 2 - 1
    instrumentCapacity = instruments
    entries = TradeLedger.zeroed(Entry.self, size)
    slots = TradeLedger.zeroed(Slot.self, size * 2)
    latest = TradeLedger.zeroed(UInt32.self, instruments)
  }

  deinit {
    free(entries)
    free(slots)
    free(latest)
  }

  /// Remembers a print of the socket.
  /// - Returns: false when it was handed over before. Prints without a number are taken as new.
  @inline(__always)
  mutating func admit(_ trade: Trade) -> Bool {
    if trade.sequence == 0 {
      hasUnnumbered = true
      remember(trade, claimedBy: 0)
      return true
    }
    if isKnown(trade) { return false }
    remember(trade, claimedBy: 0)
    return true
  }

  /// Remembers a print that the vendor's history brought.
  /// - Parameter gap: the gap it was looked for in; not 0.
  /// - Returns: false when it was handed over before.
  mutating func admit(_ trade: Trade, recoveredFor gap: UInt32) -> Bool {
    if trade.sequence != 0 {
      if isKnown(trade) { return false }
      if hasUnnumbered, claim(trade, gap, onlyUnnumbered: true) { return false }
    } else {
      if claim(trade, gap, onlyUnnumbered: false) { return false }
      hasUnnumbered = true
    }
    // Another row of the same gap that looks the same is another print.
    remember(trade, claimedBy: gap)
    return true
  }

  /// Prints up to this time were not remembered.
  mutating func forget(until time: Timestamp) { forgottenUntil = max(forgottenUntil, time) }

  // MARK: Pieces

  /// So many prints that are too old in a row of looks mean that what is looked for is not there.
  private static let latePrints = 32
  /// Vendors begin their numbers anew each day.
  private static let sameNumberNanoseconds: Int64 = 43_200_000_000_000
  /// How far prints of one instrument may come out of the order of their times and still be found by their details.
  private static let disorderNanoseconds: Int64 = 10_000_000_000

  /// Whether a print with this number is remembered.
  @inline(__always)
  private func isKnown(_ trade: Trade) -> Bool {
    let hash = TradeLedger.hash(trade.instrument, trade.sequence)
    var index = Int(hash) & slotMask
    while slots[index].link != 0 {
      if slots[index].hash == hash {
        let entry = entries[Int(slots[index].link) &- 1]
        if entry.sequence == trade.sequence, entry.instrument == trade.instrument,
          abs(entry.time - trade.time) < TradeLedger.sameNumberNanoseconds
        {
          return true
        }
      }
      index = (index &+ 1) & slotMask
    }
    return false
  }

  /// Finds a remembered print that looks like this one and was not compared for the gap yet, and marks it.
  private func claim(_ trade: Trade, _ gap: UInt32, onlyUnnumbered: Bool) -> Bool {
    guard trade.instrument.index < instrumentCapacity else { return false }
    let details = TradeLedger.details(of: trade)
    let oldestTime = trade.time.adding(nanoseconds: -TradeLedger.disorderNanoseconds)
    var link = latest[trade.instrument.index]
    var older = 0
    while let number = number(of: link) {
      let entry = entries + (number & entryMask)
      guard entry.pointee.instrument == trade.instrument else { return false }
      if entry.pointee.time < oldestTime {
        // A print reported late stands among younger ones.
        older += 1
        if older > TradeLedger.latePrints { return false }
      }
      if entry.pointee.details == details, entry.pointee.time.milliseconds == trade.time.milliseconds,
        entry.pointee.claimedBy != gap, !onlyUnnumbered || entry.pointee.sequence == 0
      {
        entry.pointee.claimedBy = gap
        return true
      }
      link = entry.pointee.previous
    }
    return false
  }

  /// The full number of a print from its low bits plus one; nil when it is none or forgotten.
  private func number(of link: UInt32) -> Int? {
    guard link != 0 else { return nil }
    let age = UInt32(truncatingIfNeeded: written) &- (link &- 1)
    return age != 0 && Int(age) <= min(written, capacity) ? written - Int(age) : nil
  }

  @inline(__always)
  private mutating func remember(_ trade: Trade, claimedBy gap: UInt32) {
    guard trade.instrument.index < instrumentCapacity else { return }
    if written >= capacity { forgetOldest() }
    let place = written & entryMask
    entries[place] = Entry(
      sequence: trade.sequence, time: trade.time, instrument: trade.instrument,
      details: TradeLedger.details(of: trade), previous: latest[trade.instrument.index], claimedBy: gap)
    latest[trade.instrument.index] = UInt32(truncatingIfNeeded: written) &+ 1
    written &+= 1
    guard trade.sequence != 0 else { return }
    let hash = TradeLedger.hash(trade.instrument, trade.sequence)
    var index = Int(hash) & slotMask
    while slots[index].link != 0 { index = (index &+ 1) & slotMask }
    slots[index] = Slot(link: UInt32(place) + 1, hash: hash)
  }

  private mutating func forgetOldest() {
    let place = written & entryMask
    let entry = entries[place]
    // What history brought stands among younger prints: its time must not make those look remembered.
    if entry.time > forgottenUntil, doubt.believes(entry.time, after: forgottenUntil) { forgottenUntil = entry.time }
    guard entry.sequence != 0 else { return }
    let link = UInt32(place) + 1
    var index = Int(TradeLedger.hash(entry.instrument, entry.sequence)) & slotMask
    while slots[index].link != link {
      precondition(slots[index].link != 0, "TradeLedger: a remembered print has no slot")
      index = (index &+ 1) & slotMask
    }
    close(gapAt: index)
  }

  /// Moves up what stands behind an emptied slot, so that every look-up still finds its way.
  private func close(gapAt emptied: Int) {
    var hole = emptied
    var index = (emptied &+ 1) & slotMask
    while slots[index].link != 0 {
      let home = Int(slots[index].hash) & slotMask
      if (index &- home) & slotMask >= (index &- hole) & slotMask {
        slots[hole] = slots[index]
        hole = index
      }
      index = (index &+ 1) & slotMask
    }
    slots[hole] = Slot(link: 0, hash: 0)
  }

  @inline(__always)
  private static func hash(_ instrument: InstrumentID, _ sequence: Int64) -> UInt32 {
    let mixed =
      (UInt64(bitPattern: sequence) ^ UInt64(instrument.rawValue) &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
    return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
  }

  @inline(__always)
  private static func details(of trade: Trade) -> UInt32 {
    let mixed =
      (UInt64(bitPattern: trade.price.micros) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(trade.size) &* 0x94D0_49BB_1331_11EB)
      &+ UInt64(trade.venue.rawValue) &* 0xBF58_476D_1CE4_E5B9
    return UInt32(truncatingIfNeeded: mixed ^ mixed >> 32)
  }

  /// Zero pages from the system: reserved now, backed by memory when first touched.
  private static func zeroed<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    guard let memory = calloc(max(count, 1), MemoryLayout<T>.stride) else {
      preconditionFailure("TradeLedger: out of memory")
    }
    return memory.bindMemory(to: type, capacity: count)
  }
}
