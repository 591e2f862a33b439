import MarketModel

/// What has to be known of a print to take it back.
struct RememberedPrint: BitwiseCopyable {
  /// Within the day, from 1.
  var number: Int64
  /// Number of the contract's print before this one; 0 for none.
  var previous: Int64
  /// Stream time at which it was booked.
  var time: Timestamp
  /// Time on the print itself; not after `time`.
  var tradeTime: Timestamp
  var price: Int64
  var premiumMicros: Int64
  var netDeltaNanos: Int64
  var netGammaNanos: Int64
  var sweepID: UInt32
  var size: UInt32
  var venue: VenueID
  var side: AggressorSide
  var kind: TradeKind
  var isBlock: Bool
  /// Counted in a sweep window.
  var isSweepLeg: Bool
  var setsPrice: Bool
  var isCancelled: Bool
  /// Booked at a time of its own, not in the order of the stream.
  var isBackfilled: Bool
}

/// The newest prints of the day, of all contracts, in one ring, chained backwards by contract: a cancellation carries no id of its print
/// and must find it by price, size and venue (protocol: Polygon, "canceled trades").
struct RememberedPrints: ~Copyable {
  private let storage: UnsafeMutablePointer<RememberedPrint>
  private let capacity: Int

  init(capacity: Int) {
    precondition(
      capacity > 0 && capacity & (capacity - 1) == 0, "RememberedPrints: capacity \(capacity), a power of two")
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
    let none = RememberedPrint(
      number: 0, previous: 0, time: .none, tradeTime: .none, price: 0, premiumMicros: 0, netDeltaNanos: 0,
      netGammaNanos: 0,
      sweepID: 0, size: 0, venue: VenueID(0), side: .unknown, kind: .single, isBlock: false, isSweepLeg: false,
      setsPrice: false,
      isCancelled: false, isBackfilled: false)
    storage.initialize(repeating: none, count: capacity)
  }

  deinit { storage.deallocate() }

  @inline(__always)
  func remember(_ print: RememberedPrint) {
    storage[Int(truncatingIfNeeded: print.number) & (capacity &- 1)] = print
  }

  /// Forgets everything.
  /// - Parameter newest: number of the newest print.
  func forgetAll(newest: Int64) {
    for i in 0..<Int(min(newest, Int64(capacity - 1)) + 1) { storage[i].number = 0 }
  }

  /// Those that are remembered.
  func save(into snapshot: inout SnapshotBytes) {
    let all = UnsafeBufferPointer(start: storage, count: capacity)
    snapshot.add(all.filter { $0.number != 0 })
  }

  /// Into empty ones.
  func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    for print in try reader.readArray(of: RememberedPrint.self) { remember(print) }
  }

  /// The print of that number, if it is still remembered.
  func find(_ number: Int64) -> UnsafeMutablePointer<RememberedPrint>? {
    guard number > 0 else { return nil }
    let slot = storage + (Int(truncatingIfNeeded: number) & (capacity - 1))
    return slot.pointee.number == number ? slot : nil
  }

  /// The newest print of the chain that equals the cancelled one and is not cancelled yet.
  func match(_ trade: Trade, newest: Int64) -> UnsafeMutablePointer<RememberedPrint>? {
    var next = find(newest)
    for _ in 0..<Limits.cancellationSearch {
      guard let candidate = next else { return nil }
      let print = candidate.pointee
      if !print.isCancelled, print.price == trade.price.micros, print.size == trade.size, print.venue == trade.venue {
        return candidate
      }
      next = find(print.previous)
    }
    return nil
  }

  /// Price and time of the newest print that still stands and set the price; zero and `.none` when the day has no such print,
  /// nil when the chain does not reach back to the day's first print. Back-filled prints stand in the chain where they came;
  /// it is their times that count.
  func lastPrice(newest: Int64) -> (price: Int64, time: Timestamp)? {
    var newestKnown: (price: Int64, time: Timestamp)?
    var number = newest
    while let print = find(number)?.pointee {
      if !print.isCancelled, print.setsPrice {
        if newestKnown.map({ print.tradeTime > $0.time }) ?? true { newestKnown = (print.price, print.tradeTime) }
        if !print.isBackfilled { return newestKnown }
      }
      number = print.previous
    }
    return number == 0 ? newestKnown ?? (0, .none) : nil
  }

  /// The sums of a minute from the prints that still stand; nil when the chain does not reach back to its start.
  func rebuild(minute: Timestamp, newest: Int64) -> MinuteSums? {
    rebuild(from: minute, newest: newest).map { built in
      built.first { $0.minute == minute } ?? MinuteSums(minute: minute)
    }
  }

  /// The sums of all minutes from one on that have prints that still stand, in no order; nil when the chain does not reach back to
  /// the first one's start.
  func rebuild(from first: Timestamp, newest: Int64) -> [MinuteSums]? {
    var rebuilt: [Timestamp: MinuteSums] = [:]
    var sums = MinuteSums(minute: first)
    var next = find(newest)
    // Live prints are in the order of the times they were booked at; back-filled ones, from any time before, lie among them.
    while let print = next?.pointee, print.isBackfilled || print.time >= first {
      if print.time >= first, !print.isCancelled {
        let minute = print.time.minuteStart
        // Neighbours are mostly of one minute.
        if sums.minute != minute {
          rebuilt[sums.minute] = sums
          sums = rebuilt[minute] ?? MinuteSums(minute: minute)
        }
        sums.addEarlier(print)
      }
      guard print.previous != 0 else { break }
      next = find(print.previous)
    }
    // The chain broke off inside the ring before the first minute began.
    if next == nil { return nil }
    rebuilt[sums.minute] = sums
    return rebuilt.values.filter { $0.trades > 0 }
  }

  /// The numbers of a contract's prints after one, newest first; nil when not all of them are remembered.
  func numbers(after number: Int64, newest: Int64) -> [Int64]? {
    var numbers: [Int64] = []
    var next = newest
    while next > number {
      guard let print = find(next)?.pointee else { return nil }
      numbers.append(next)
      next = print.previous
    }
    return numbers
  }
}
