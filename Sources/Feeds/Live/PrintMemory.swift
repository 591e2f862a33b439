import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Prints in the order in which they came, found by their number or by what they look like. A ring of fixed size: whoever fills it
/// forgets the oldest first.
struct PrintMemory: ~Copyable {
  /// What is kept of a print.
  struct Print: BitwiseCopyable {
    var sequence: Int64
    var time: Timestamp
    var instrument: InstrumentID
    /// Of price, size and venue.
    var details: UInt32
    /// The gap whose rows have been compared with this print already.
    var claimedBy: UInt32

    @inline(__always)
    init(_ trade: Trade, claimedBy gap: UInt32) {
      sequence = trade.sequence
      time = trade.time
      instrument = trade.instrument
      details = PrintMemory.details(of: trade)
      claimedBy = gap
    }
  }

  private struct Entry: BitwiseCopyable {
    var print: Print
    /// Low bits of the number of the instrument's print before.
    var previous: UInt32
  }

  /// A place in the hash. It holds enough of the hash itself that most looks need not touch the print.
  private struct Slot: BitwiseCopyable {
    /// Place of the print, plus one; 0 marks an empty slot.
    var link: UInt32
    var hash: UInt32
  }

  /// Prints remembered at most, a power of two.
  let capacity: Int
  /// Prints remembered ever; a print's number is the value before it came.
  private var written = 0
  /// Number of the oldest print that is remembered.
  private var oldest = 0
  private let entries: UnsafeMutablePointer<Entry>
  private let entryMask: Int
  private let slots: UnsafeMutablePointer<Slot>
  private let slotMask: Int
  /// By instrument: low bits of the number of its latest print, plus one.
  private let latest: UnsafeMutablePointer<UInt32>
  private let instrumentCapacity: Int

  /// - Parameters:
  ///   - capacity: rounded up to a power of two.
  ///   - instruments: most instruments there can be.
  init(capacity: Int, instruments: Int) {
    precondition(capacity > 0 && capacity <= 1 << 30, "PrintMemory: capacity \(capacity)")
    var size = 2
    while size < capacity { size *= 2 }
    self.capacity = size
    entryMask = size - 1
    slotMask = size * 2 - 1
    instrumentCapacity = instruments
    entries = PrintMemory.zeroed(Entry.self, size)
    slots = PrintMemory.zeroed(Slot.self, size * 2)
    latest = PrintMemory.zeroed(UInt32.self, instruments)
  }

  deinit {
    free(entries)
    free(slots)
    free(latest)
  }

  @inline(__always) var isEmpty: Bool { written == oldest }
  @inline(__always) var isFull: Bool { written &- oldest >= capacity }

  /// Whether a print with this number is remembered.
  @inline(__always)
  func isKnown(_ trade: Trade) -> Bool {
    let hash = PrintMemory.hash(trade.instrument, trade.sequence)
    var index = Int(hash) & slotMask
    while slots[index].link != 0 {
      if slots[index].hash == hash {
        let entry = entries[Int(slots[index].link) &- 1].print
        if entry.sequence == trade.sequence, entry.instrument == trade.instrument,
          abs(entry.time - trade.time) < PrintMemory.sameNumberNanoseconds
        {
          return true
        }
      }
      index = (index &+ 1) & slotMask
    }
    return false
  }

  /// Finds a remembered print that looks like this one and was not compared for the gap yet, and marks it.
  func claim(_ trade: Trade, _ gap: UInt32, onlyUnnumbered: Bool) -> Bool {
    guard trade.instrument.index < instrumentCapacity else { return false }
    let details = PrintMemory.details(of: trade)
    let oldestTime = trade.time.adding(nanoseconds: -PrintMemory.disorderNanoseconds)
    var link = latest[trade.instrument.index]
    var older = 0
    while let number = number(of: link) {
      let entry = entries + (number & entryMask)
      guard entry.pointee.print.instrument == trade.instrument else { return false }
      if entry.pointee.print.time < oldestTime {
        // A print reported late stands among younger ones.
        older += 1
        if older > PrintMemory.latePrints { return false }
      }
      if entry.pointee.print.details == details, entry.pointee.print.time.milliseconds == trade.time.milliseconds,
        entry.pointee.print.claimedBy != gap, !onlyUnnumbered || entry.pointee.print.sequence == 0
      {
        entry.pointee.print.claimedBy = gap
        return true
      }
      link = entry.pointee.previous
    }
    return false
  }

  /// There is room.
  @inline(__always)
  mutating func remember(_ print: Print) {
    guard print.instrument.index < instrumentCapacity else { return }
    let place = written & entryMask
    entries[place] = Entry(print: print, previous: latest[print.instrument.index])
    latest[print.instrument.index] = UInt32(truncatingIfNeeded: written) &+ 1
    written &+= 1
    guard print.sequence != 0 else { return }
    let hash = PrintMemory.hash(print.instrument, print.sequence)
    var index = Int(hash) & slotMask
    while slots[index].link != 0 { index = (index &+ 1) & slotMask }
    slots[index] = Slot(link: UInt32(place) + 1, hash: hash)
  }

  /// The oldest print; it is forgotten then.
  mutating func takeOldest() -> Print {
    precondition(!isEmpty, "PrintMemory: the oldest of none")
    let place = oldest & entryMask
    let print = entries[place].print
    oldest &+= 1
    guard print.sequence != 0 else { return print }
    let link = UInt32(place) + 1
    var index = Int(PrintMemory.hash(print.instrument, print.sequence)) & slotMask
    while slots[index].link != link {
      precondition(slots[index].link != 0, "PrintMemory: a remembered print has no slot")
      index = (index &+ 1) & slotMask
    }
    close(gapAt: index)
    return print
  }

  // MARK: Pieces

  /// So many prints that are too old in a row of looks mean that what is looked for is not there.
  private static let latePrints = 32
  /// Vendors begin their numbers anew each day.
  private static let sameNumberNanoseconds: Int64 = 43_200_000_000_000
  /// How far prints of one instrument may come out of the order of their times and still be found by their details.
  private static let disorderNanoseconds: Int64 = 10_000_000_000

  /// The full number of a print from its low bits plus one; nil when it is none or forgotten.
  private func number(of link: UInt32) -> Int? {
    guard link != 0 else { return nil }
    let age = UInt32(truncatingIfNeeded: written) &- (link &- 1)
    return age != 0 && Int(age) <= written - oldest ? written - Int(age) : nil
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
      preconditionFailure("PrintMemory: out of memory")
    }
    return memory.bindMemory(to: type, capacity: count)
  }
}
