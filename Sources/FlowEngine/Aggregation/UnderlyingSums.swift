import MarketModel

/// The option flow of one underlying today.
struct UnderlyingSums {
  let instrument: InstrumentID
  var trades: Int64 = 0
  var callVolume: Int64 = 0
  var putVolume: Int64 = 0
  var callPremiumMicros: Int64 = 0
  var putPremiumMicros: Int64 = 0
  var buyPremiumMicros: Int64 = 0
  var sellPremiumMicros: Int64 = 0
  var netDeltaNanos: Int64 = 0
  var recent = RollingWindow()
  /// The minute under way; `trades` 0 when there is none.
  var current = UnderlyingMinute.empty(.none)
  /// The minutes before it, ascending.
  var minutes: [UnderlyingMinute] = []
  /// Prices of the underlying in the newest minute that has one; `current` may be of an earlier minute.
  var range = UnderlyingRange()

  init(instrument: InstrumentID) { self.instrument = instrument }

  /// Adds one print; `weight` -1 takes it back.
  @inline(__always)
  mutating func add(
    time: Timestamp, isCall: Bool, size: Int64, premiumMicros: Int64, side: AggressorSide, netDeltaNanos delta: Int64,
    underlyingPrice: Int64, weight: Int64 = 1
  ) {
    let size = size &* weight
    let premium = premiumMicros &* weight
    trades &+= weight
    netDeltaNanos &+= delta &* weight
    recent.add(time: time, count: weight, premiumMicros: premium)
    if isCall {
      callVolume &+= size
      callPremiumMicros &+= premium
    } else {
      putVolume &+= size
      putPremiumMicros &+= premium
    }
    if side == .buy { buyPremiumMicros &+= premium } else if side == .sell { sellPremiumMicros &+= premium }
    addToMinute(time, isCall, size, premium, side, underlyingPrice, weight)
  }

  @inline(__always)
  private mutating func addToMinute(
    _ time: Timestamp, _ isCall: Bool, _ size: Int64, _ premium: Int64, _ side: AggressorSide, _ underlyingPrice: Int64,
    _ weight: Int64
  ) {
    let elapsed = time.nanoseconds &- current.minute.nanoseconds
    if elapsed >= 60_000_000_000 {
      if current.trades != 0 { minutes.append(currentWithRange) }
      current = .empty(time.minuteStart)
    } else if elapsed < 0 {
      addToPast(time.minuteStart, isCall, size, premium, side, weight)
      return
    }
    current.add(isCall, size, premium, side, underlyingPrice: underlyingPrice, weight)
    if underlyingPrice != 0 {
      if range.minute != current.minute { begin(current.minute) }
      range.add(found: underlyingPrice)
    }
  }

  /// A print of the underlying itself that set a price.
  /// - Parameter time: when it is booked; not before that of any print that is in.
  mutating func note(ownPrice price: Int64, time: Timestamp) {
    if time.nanoseconds &- range.minute.nanoseconds >= 60_000_000_000 { begin(time.minuteStart) }
    range.add(own: price)
  }

  /// Begins a minute of the underlying; what the one before came to is kept with its option prints.
  @inline(never)
  private mutating func begin(_ minute: Timestamp) {
    current = currentWithRange
    range = UnderlyingRange(minute: minute)
  }

  /// The minute under way, with the prices of the underlying.
  var currentWithRange: UnderlyingMinute {
    guard range.minute == current.minute else { return current }
    var minute = current
    minute.underlyingOpen = Price(micros: range.open)
    minute.underlyingHigh = Price(micros: range.high)
    minute.underlyingLow = Price(micros: range.low)
    minute.underlyingClose = Price(micros: range.close)
    return minute
  }

  /// A minute that is over: one of its prints was cancelled, or one was missed and came later.
  @inline(never)
  private mutating func addToPast(
    _ minute: Timestamp, _ isCall: Bool, _ size: Int64, _ premium: Int64, _ side: AggressorSide, _ weight: Int64
  ) {
    let before = minutes.lastIndex { $0.minute <= minute }
    if let before, minutes[before].minute == minute {
      minutes[before].add(isCall, size, premium, side, underlyingPrice: 0, weight)
      if minutes[before].trades == 0 { minutes.remove(at: before) }
    } else if weight > 0 {
      var added = UnderlyingMinute.empty(minute)
      added.add(isCall, size, premium, side, underlyingPrice: 0, weight)
      minutes.insert(added, at: before.map { $0 + 1 } ?? 0)
    }
  }

  /// Average print so far: count and contracts.
  @inline(__always) var totalVolume: Int64 { callVolume &+ putVolume }
}

extension UnderlyingSums {
  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(instrument)
    snapshot.add([
      trades, callVolume, putVolume, callPremiumMicros, putPremiumMicros, buyPremiumMicros, sellPremiumMicros,
      netDeltaNanos,
    ])
    snapshot.add(recent)
    snapshot.add(current)
    snapshot.add(minutes)
    snapshot.add(range)
  }

  init(restoring reader: inout SnapshotReader) throws(SnapshotError) {
    self.init(instrument: try reader.read())
    let sums = try reader.readArray(of: Int64.self)
    guard sums.count == 8 else { throw .damaged(words: "\(sums.count) sums of an underlying, wanted 8") }
    (trades, callVolume, putVolume, callPremiumMicros) = (sums[0], sums[1], sums[2], sums[3])
    (putPremiumMicros, buyPremiumMicros, sellPremiumMicros, netDeltaNanos) = (sums[4], sums[5], sums[6], sums[7])
    recent = try reader.read()
    current = try reader.read()
    minutes = try reader.readArray()
    range = try reader.read()
  }
}

extension UnderlyingMinute {
  static func empty(_ minute: Timestamp) -> UnderlyingMinute {
    UnderlyingMinute(
      minute: minute, trades: 0, callVolume: 0, putVolume: 0, callPremiumMicros: 0, putPremiumMicros: 0,
      buyPremiumMicros: 0, sellPremiumMicros: 0, underlyingPrice: .zero)
  }

  @inline(__always)
  mutating func add(
    _ isCall: Bool, _ size: Int64, _ premium: Int64, _ side: AggressorSide, underlyingPrice price: Int64,
    _ weight: Int64
  ) {
    trades &+= weight
    if isCall {
      callVolume &+= size
      callPremiumMicros &+= premium
    } else {
      putVolume &+= size
      putPremiumMicros &+= premium
    }
    if side == .buy { buyPremiumMicros &+= premium } else if side == .sell { sellPremiumMicros &+= premium }
    if price != 0 { underlyingPrice = Price(micros: price) }
  }
}

/// What the price of an underlying did in one minute. Digests and outputs do not know of it.
struct UnderlyingRange: BitwiseCopyable {
  var minute = Timestamp.none
  /// All zero until a price is known.
  private(set) var open: Int64 = 0
  private(set) var high: Int64 = 0
  private(set) var low: Int64 = 0
  private(set) var close: Int64 = 0
  /// Prints of the underlying have said it; what option prints find then is only a repetition, or left from the minute before.
  private var isOwn = false

  init(minute: Timestamp = .none) { self.minute = minute }

  mutating func add(own price: Int64) {
    if isOwn {
      add(price)
    } else {
      isOwn = true
      (open, high, low, close) = (price, price, price, price)
    }
  }

  @inline(__always)
  mutating func add(found price: Int64) {
    if !isOwn { add(price) }
  }

  @inline(__always)
  private mutating func add(_ price: Int64) {
    if open == 0 {
      (open, high, low) = (price, price, price)
    } else if price > high {
      high = price
    } else if price < low {
      low = price
    }
    close = price
  }
}

/// Count and premium of the last five minutes, in sixty buckets of five seconds.
struct RollingWindow: BitwiseCopyable {
  private struct Bucket: BitwiseCopyable {
    /// Number of the five-second period since the epoch that the sums are for.
    var period: Int64 = 0
    var count: Int64 = 0
    var premiumMicros: Int64 = 0
  }
  private static let bucketNanoseconds: Int64 = 5_000_000_000
  private static let bucketCount = 60
  private var buckets: InlineArray<60, Bucket> = .init(repeating: Bucket())

  @inline(__always)
  mutating func add(time: Timestamp, count: Int64, premiumMicros: Int64) {
    let period = time.nanoseconds / RollingWindow.bucketNanoseconds
    let index = Int(truncatingIfNeeded: period.magnitude % UInt64(RollingWindow.bucketCount))
    if buckets[index].period != period {
      // A cancellation from before the window must not wipe a newer bucket.
      if buckets[index].period > period { return }
      buckets[index] = Bucket(period: period)
    }
    buckets[index].count &+= count
    buckets[index].premiumMicros &+= premiumMicros
  }

  /// Sums of the five minutes up to `time`.
  func sums(at time: Timestamp) -> (count: Int64, premiumMicros: Int64) {
    let newest = time.nanoseconds / RollingWindow.bucketNanoseconds
    var count: Int64 = 0
    var premium: Int64 = 0
    for i in buckets.indices
    where buckets[i].period <= newest && buckets[i].period > newest - Int64(RollingWindow.bucketCount) {
      count &+= buckets[i].count
      premium &+= buckets[i].premiumMicros
    }
    return (count, premium)
  }
}
