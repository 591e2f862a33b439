import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All instruments seen so far, append-only, indexed by `InstrumentID`.
///
/// One thread (the decoder's) interns; any thread may read an id that it received from that thread through a ring: the
/// record was written before the id was published and never changes again. That is why reads need no lock.
public final class InstrumentTable: @unchecked Sendable {
  private let records: UnsafeMutablePointer<Instrument>
  private let slots: UnsafeMutablePointer<Slot>
  private let slotMask: Int
  /// Most instruments the table takes.
  public let capacity: Int
  private let published = Atomic<Int>(0)

  private struct Slot: BitwiseCopyable {
    var key: SIMD4<UInt64>
    /// Id + 1; 0 marks an empty slot.
    var idPlusOne: UInt32
  }

  /// Memory is reserved for `capacity` instruments and touched only as they come.
  public init(capacity: Int = Limits.instruments) {
    precondition(capacity > 0 && capacity < Int(UInt32.max), "InstrumentTable: capacity \(capacity)")
    self.capacity = capacity
    var slotCount = 64
    while slotCount < capacity * 2 { slotCount *= 2 }
    slotMask = slotCount - 1
    records = InstrumentTable.zeroed(Instrument.self, capacity)
    slots = InstrumentTable.zeroed(Slot.self, slotCount)
  }

  deinit {
    free(records)
    free(slots)
  }

  /// Instruments seen so far; ids below this number are valid.
  public var count: Int { published.load(ordering: .acquiring) }

  /// The record of an id; traps on an id that was never given.
  public subscript(id: InstrumentID) -> Instrument {
    // Relaxed is enough: whoever holds an id got it in an order that makes its publication visible.
    precondition(
      id.index < published.load(ordering: .relaxed), "InstrumentTable: id \(id.rawValue) was never given")
    return records[id.index]
  }

  /// The id of a symbol that may be known already; never adds. For the interning thread only.
  @inline(__always)
  public func find(_ key: SymbolText) -> InstrumentID? {
    var index = InstrumentTable.hash(key.words) & slotMask
    while true {
      let slot = slots + index
      if slot.pointee.idPlusOne == 0 { return nil }
      if slot.pointee.key == key.words { return InstrumentID(slot.pointee.idPlusOne &- 1) }
      index = (index &+ 1) & slotMask
    }
  }

  /// The id of a symbol, given on first sight. Nil when the symbol is empty, holds anything but printable ASCII without
  /// spaces, quotation marks and backslashes, looks like an option (`O:`) but is not one, or the table is full. For the interning thread only.
  @inline(__always)
  public func intern(_ symbol: SymbolText) -> InstrumentID? {
    if let id = find(symbol) { return id }
    return add(symbol)
  }

  /// Like `intern`, from text.
  public func intern(_ text: some StringProtocol) -> InstrumentID? {
    SymbolText(text).flatMap { intern($0) }
  }

  @inline(never)
  private func add(_ symbol: SymbolText) -> InstrumentID? {
    guard symbol.isPrintable else { return nil }
    if symbol[0] == UInt8(ascii: "O"), symbol[1] == UInt8(ascii: ":") {
      guard let option = OptionSymbol(polygon: symbol.description), let underlying = intern(option.underlying),
        self[underlying].kind == .equity
      else { return nil }
      return append(
        Instrument(
          symbol: symbol, kind: .option, right: option.right, expiry: option.expiry, strike: option.strike,
          underlying: underlying, multiplier: 100))
    }
    let id = InstrumentID(UInt32(published.load(ordering: .relaxed)))
    return append(
      Instrument(
        symbol: symbol, kind: .equity, right: .call, expiry: MarketDate(daysSinceEpoch: 0), strike: .zero,
        underlying: id,
        multiplier: 1))
  }

  private func append(_ instrument: Instrument) -> InstrumentID? {
    let index = published.load(ordering: .relaxed)
    guard index < capacity else { return nil }
    records[index] = instrument
    var slot = InstrumentTable.hash(instrument.symbol.words) & slotMask
    while slots[slot].idPlusOne != 0 { slot = (slot + 1) & slotMask }
    slots[slot] = Slot(key: instrument.symbol.words, idPlusOne: UInt32(index) + 1)
    published.store(index + 1, ordering: .releasing)
    return InstrumentID(UInt32(index))
  }

  @inline(__always)
  private static func hash(_ words: SIMD4<UInt64>) -> Int {
    let mixed =
      (words[0] ^ words[2] &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9 ^ (words[1] ^ words[3])
      &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: mixed ^ (mixed >> 29) ^ (mixed >> 47))
  }

  /// Zero pages from the system: reserved now, backed by memory when first touched.
  private static func zeroed<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    guard let memory = calloc(count, MemoryLayout<T>.stride) else {
      preconditionFailure("InstrumentTable: out of memory")
    }
    return memory.bindMemory(to: type, capacity: count)
  }
}
