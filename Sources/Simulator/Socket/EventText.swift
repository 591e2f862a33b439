import MarketModel

/// Writes events as the vendor's socket does, one after the other, each with a comma before it.
struct EventText {
  private(set) var bytes: [UInt8] = []

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(contentsOf text: some Collection<UInt8>) { bytes.append(contentsOf: text) }

  mutating func trade(_ trade: Trade, _ record: Instrument) {
    open("T", record.symbol)
    integer(",\"x\":", Int64(trade.venue.rawValue))
    if record.kind == .equity {
      integer(",\"i\":\"", trade.sequence)
      literal("\"")
    }
    decimal(",\"p\":", trade.price.micros)
    integer(",\"s\":", Int64(trade.size))
    conditions(trade.conditions, record.kind)
    integer(",\"t\":", trade.time.milliseconds)
    integer(",\"q\":", trade.sequence)
    if trade.reportingFacility != 0 {
      integer(",\"trfi\":", Int64(trade.reportingFacility))
      integer(",\"trft\":", trade.time.milliseconds)
    }
    literal("}")
  }

  mutating func quote(_ quote: Quote, _ record: Instrument) {
    open("Q", record.symbol)
    switch record.kind {
    case .option:
      integer(",\"bx\":", Int64(quote.bidVenue.rawValue))
      integer(",\"ax\":", Int64(quote.askVenue.rawValue))
      decimal(",\"bp\":", quote.bid.micros)
      decimal(",\"ap\":", quote.ask.micros)
      integer(",\"bs\":", Int64(quote.bidSize))
      integer(",\"as\":", Int64(quote.askSize))
    case .equity:
      integer(",\"bx\":", Int64(quote.bidVenue.rawValue))
      decimal(",\"bp\":", quote.bid.micros)
      integer(",\"bs\":", Int64(quote.bidSize))
      integer(",\"ax\":", Int64(quote.askVenue.rawValue))
      decimal(",\"ap\":", quote.ask.micros)
      integer(",\"as\":", Int64(quote.askSize))
    }
    integer(",\"t\":", quote.time.milliseconds)
    integer(",\"q\":", quote.sequence)
    literal("}")
  }

  mutating func bar(_ bar: VendorBar, _ record: Instrument) {
    open(bar.lengthSeconds == 1 ? "A" : "AM", record.symbol)
    let figures = bar.figures
    integer(",\"v\":", figures.volume)
    if let day = bar.day {
      integer(",\"av\":", day.volume)
      decimal(",\"op\":", (day.open ?? .zero).micros)
    }
    if let average = figures.averageMicros { decimal(",\"vw\":", average) }
    decimal(",\"o\":", (figures.open ?? .zero).micros)
    decimal(",\"c\":", figures.close.micros)
    decimal(",\"h\":", figures.high.micros)
    decimal(",\"l\":", figures.low.micros)
    if let average = bar.day?.averageMicros { decimal(",\"a\":", average) }
    if figures.count > 0 { integer(",\"z\":", figures.volume / Int64(figures.count)) }
    integer(",\"s\":", bar.start.milliseconds)
    integer(",\"e\":", bar.start.milliseconds + Int64(bar.lengthSeconds) * 1_000)
    literal("}")
  }

  // MARK: Pieces

  private mutating func open(_ event: StaticString, _ symbol: SymbolText) {
    literal(",{\"ev\":\"")
    literal(event)
    literal("\",\"sym\":\"")
    withUnsafeBytes(of: symbol.words) { bytes.append(contentsOf: $0[..<symbol.count]) }
    literal("\"")
  }

  private mutating func literal(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func integer(_ key: StaticString, _ value: Int64) {
    literal(key)
    if value < 0 { literal("-") }
    digits(value.magnitude)
  }

  private mutating func decimal(_ key: StaticString, _ micros: Int64) {
    literal(key)
    if micros < 0 { literal("-") }
    let magnitude = micros.magnitude
    digits(magnitude / 1_000_000)
    var rest = magnitude % 1_000_000
    guard rest != 0 else { return }
    literal(".")
    var unit: UInt64 = 100_000
    while rest != 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
      rest %= unit
      unit /= 10
    }
  }

  private mutating func digits(_ value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    var rest = value
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  private mutating func conditions(_ conditions: ConditionSet, _ kind: Instrument.Kind) {
    let first = kind == .option ? 201 : 0
    var bits = conditions.rawValue & ~ConditionSet.unlisted.rawValue
    guard bits != 0 else { return }
    literal(",\"c\":[")
    var isFirst = true
    while bits != 0 {
      integer(isFirst ? "" : ",", Int64(first + bits.trailingZeroBitCount))
      isFirst = false
      bits &= bits - 1
    }
    literal("]")
  }
}
