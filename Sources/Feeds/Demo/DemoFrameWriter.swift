import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes one vendor frame, a JSON array of events in the vendor's key order, into memory that is used again and again.
struct DemoFrameWriter: ~Copyable {
  /// Most events one frame holds.
  static let eventLimit = 40
  /// The longest event, an `AM` with eleven numbers, stays under this.
  private static let eventBytes = 512

  private let base: UnsafeMutablePointer<UInt8>
  private var length = 0
  private(set) var events = 0

  init() {
    let capacity = DemoFrameWriter.eventLimit * DemoFrameWriter.eventBytes + frameSourcePadding
    base = .allocate(capacity: capacity)
    base.initialize(repeating: 0, count: capacity)
  }

  deinit { base.deallocate() }

  mutating func begin() {
    length = 0
    events = 0
  }

  /// The finished frame; `frameSourcePadding` readable bytes follow.
  mutating func finish() -> UnsafeBufferPointer<UInt8> {
    literal("]")
    return UnsafeBufferPointer(start: base, count: length)
  }

  // MARK: Events

  mutating func optionTrade(
    _ contract: borrowing DemoContract, venue: Int64, cents: Int64, size: Int64, conditions: (Int64, Int64),
    time: Int64, sequence: Int64
  ) {
    event("{\"ev\":\"T\",\"sym\":\"", contract.symbol, contract.symbolLength)
    number("\",\"x\":", venue)
    price(",\"p\":", micros: cents * 10_000)
    number(",\"s\":", size)
    conditionList(conditions)
    number(",\"t\":", time)
    number(",\"q\":", sequence)
    literal("}")
  }

  mutating func optionQuote(
    _ contract: borrowing DemoContract, venues: (bid: Int64, ask: Int64), time: Int64, sequence: Int64
  ) {
    event("{\"ev\":\"Q\",\"sym\":\"", contract.symbol, contract.symbolLength)
    number("\",\"bx\":", venues.bid)
    number(",\"ax\":", venues.ask)
    price(",\"bp\":", micros: contract.bid * 10_000)
    price(",\"ap\":", micros: contract.ask * 10_000)
    number(",\"bs\":", contract.bidSize)
    number(",\"as\":", contract.askSize)
    number(",\"t\":", time)
    number(",\"q\":", sequence)
    literal("}")
  }

  /// `facility`: FINRA reporting facility of an off-exchange print, 0 on an exchange.
  mutating func stockTrade(
    _ stock: borrowing DemoUnderlying, id: Int64, venue: Int64, micros: Int64, size: Int64, conditions: (Int64, Int64),
    facility: Int64,
    time: Int64, sequence: Int64
  ) {
    event("{\"ev\":\"T\",\"sym\":\"", stock.symbol, stock.symbol.count)
    number("\",\"x\":", venue)
    number(",\"i\":\"", id)
    number("\",\"z\":", stock.listing.tape)
    price(",\"p\":", micros: micros)
    number(",\"s\":", size)
    conditionList(conditions)
    number(",\"t\":", time)
    number(",\"q\":", sequence)
    if facility != 0 {
      number(",\"trfi\":", facility)
      number(",\"trft\":", time)
    }
    literal("}")
  }

  mutating func stockQuote(
    _ stock: borrowing DemoUnderlying, venues: (bid: Int64, ask: Int64), sizes: (bid: Int64, ask: Int64), time: Int64,
    sequence: Int64
  ) {
    event("{\"ev\":\"Q\",\"sym\":\"", stock.symbol, stock.symbol.count)
    number("\",\"bx\":", venues.bid)
    price(",\"bp\":", micros: stock.bid * 10_000)
    number(",\"bs\":", sizes.bid)
    number(",\"ax\":", venues.ask)
    price(",\"ap\":", micros: stock.ask * 10_000)
    number(",\"as\":", sizes.ask)
    number(",\"c\":1,\"t\":", time)
    number(",\"q\":", sequence)
    number(",\"z\":", stock.listing.tape)
    literal("}")
  }

  mutating func stockMinute(_ stock: borrowing DemoUnderlying, start: Int64) {
    let minute = stock.minute
    event("{\"ev\":\"AM\",\"sym\":\"", stock.symbol, stock.symbol.count)
    number("\",\"v\":", minute.volume)
    number(",\"av\":", stock.dayVolume)
    price(",\"op\":", micros: stock.dayOpen)
    price(",\"vw\":", micros: Int64(minute.value / Double(minute.volume)) / 100 * 100)
    price(",\"o\":", micros: minute.open)
    price(",\"c\":", micros: minute.close)
    price(",\"h\":", micros: minute.high)
    price(",\"l\":", micros: minute.low)
    price(",\"a\":", micros: Int64(stock.dayValue / Double(stock.dayVolume)) / 100 * 100)
    number(",\"z\":", minute.volume / minute.trades)
    number(",\"s\":", start)
    number(",\"e\":", start + 60_000)
    literal("}")
  }

  // MARK: Pieces

  private mutating func event(_ opening: StaticString, _ symbol: SymbolText, _ symbolLength: Int) {
    precondition(
      events < DemoFrameWriter.eventLimit, "DemoFrameWriter: more than \(DemoFrameWriter.eventLimit) events in a frame")
    literal(events == 0 ? "[" : ",")
    events += 1
    literal(opening)
    var words = symbol.words
    memcpy(base + length, &words, SymbolText.capacity)
    length += symbolLength
  }

  private mutating func literal(_ text: StaticString) {
    memcpy(base + length, text.utf8Start, text.utf8CodeUnitCount)
    length += text.utf8CodeUnitCount
  }

  private mutating func number(_ key: StaticString, _ value: Int64) {
    literal(key)
    digits(UInt64(value))
  }

  /// As the live feed writes prices: 5, 1.2, 1.23.
  private mutating func price(_ key: StaticString, micros: Int64) {
    literal(key)
    digits(UInt64(micros / 1_000_000))
    var rest = micros % 1_000_000
    guard rest != 0 else { return }
    literal(".")
    var unit: Int64 = 100_000
    while rest != 0 {
      base[length] = UInt8(ascii: "0") + UInt8(rest / unit)
      length += 1
      rest %= unit
      unit /= 10
    }
  }

  private mutating func conditionList(_ conditions: (Int64, Int64)) {
    guard conditions.0 != 0 else { return }
    number(",\"c\":[", conditions.0)
    if conditions.1 != 0 { number(",", conditions.1) }
    literal("]")
  }

  private mutating func digits(_ value: UInt64) {
    var count = 1
    var bound: UInt64 = 10
    while count < 19, value >= bound {
      count += 1
      bound *= 10
    }
    var rest = value
    for place in stride(from: length + count - 1, through: length, by: -1) {
      base[place] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
    length += count
  }
}
