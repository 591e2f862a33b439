import MarketModel

/// One minute of a contract. The times of its open and close are kept, so that prints that came late find their place in it.
struct MinuteSums: BitwiseCopyable {
  var minute = Timestamp.none
  /// Zero until a print that sets the price came.
  private(set) var open: Int64 = 0
  private(set) var high: Int64 = 0
  private(set) var low: Int64 = 0
  private(set) var close: Int64 = 0
  private(set) var trades: Int64 = 0
  private(set) var volume: Int64 = 0
  private(set) var premiumMicros: Int64 = 0
  private(set) var buyVolume: Int64 = 0
  private(set) var sellVolume: Int64 = 0
  /// When the prints were booked that gave the open and the close.
  private var openTime = Timestamp(nanoseconds: .max)
  private var closeTime = Timestamp(nanoseconds: .min)

  init(minute: Timestamp = .none) { self.minute = minute }

  /// The newest print of all.
  /// - Parameter time: when it is booked; not before that of any print that is in.
  @inline(__always)
  mutating func add(
    price: Int64, setsPrice: Bool, size: Int64, premiumMicros premium: Int64, side: AggressorSide, time: Timestamp
  ) {
    count(size: size, premiumMicros: premium, side: side)
    guard setsPrice else { return }
    if open == 0 {
      open = price
      high = price
      low = price
      openTime = time
    } else if price > high {
      high = price
    } else if price < low {
      low = price
    }
    close = price
    closeTime = time
  }

  /// Adds a print that reached us before all those that are in.
  mutating func addEarlier(_ print: RememberedPrint) {
    add(print, isOpen: print.time <= openTime, isClose: print.time > closeTime)
  }

  /// Adds a print that reached us after all those that are in.
  mutating func addLater(_ print: RememberedPrint) {
    add(print, isOpen: print.time < openTime, isClose: print.time >= closeTime)
  }

  private mutating func add(_ print: RememberedPrint, isOpen: Bool, isClose: Bool) {
    count(size: Int64(print.size), premiumMicros: print.premiumMicros, side: print.side)
    guard print.setsPrice else { return }
    high = high == 0 ? print.price : max(high, print.price)
    low = low == 0 ? print.price : min(low, print.price)
    if isOpen {
      open = print.price
      openTime = print.time
    }
    if isClose {
      close = print.price
      closeTime = print.time
    }
  }

  @inline(__always)
  private mutating func count(size: Int64, premiumMicros premium: Int64, side: AggressorSide) {
    trades &+= 1
    volume &+= size
    premiumMicros &+= premium
    if side == .buy { buyVolume &+= size } else if side == .sell { sellVolume &+= size }
  }

  func bar(of instrument: InstrumentID) -> MinuteBar {
    MinuteBar(
      instrument: instrument, minute: minute, open: Price(micros: open), high: Price(micros: high),
      low: Price(micros: low), close: Price(micros: close), trades: trades, volume: volume,
      premiumMicros: premiumMicros,
      buyVolume: buyVolume, sellVolume: sellVolume)
  }
}
