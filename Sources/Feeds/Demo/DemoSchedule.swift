/// One order of a sweep, to be executed at its time.
struct DemoSweepLeg {
  /// Milliseconds of the session.
  var time: Double
  var contract: Int
  var buying: Bool
  var venue: Int64
  /// Wanted premium in USD.
  var premium: Double
  var conditions: (Int64, Int64)
}

/// Orders that are already on their way; a handful at a time.
struct DemoSchedule {
  /// Latest first, so that the next one is at the end.
  private var legs: [DemoSweepLeg] = []

  var nextTime: Double { legs.last?.time ?? .infinity }

  mutating func add(_ leg: DemoSweepLeg) {
    let place = legs.firstIndex { $0.time <= leg.time } ?? legs.count
    legs.insert(leg, at: place)
  }

  mutating func pop(at time: Double) -> DemoSweepLeg? {
    guard let last = legs.last, last.time <= time else { return nil }
    return legs.removeLast()
  }

  mutating func removeAll() { legs.removeAll(keepingCapacity: true) }
}

/// The latest prints, which a cancellation may take back.
struct DemoTape {
  struct Print {
    /// 0 = nothing to cancel here.
    var number = 0
    var contract = 0
    var cents: Int64 = 0
    var size: Int64 = 0
    var venue: Int64 = 0
    /// First print of its contract on this day.
    var opening = false
  }

  private static let capacity = 4096
  private var prints = [Print](repeating: Print(), count: DemoTape.capacity)
  private(set) var count = 0

  /// Gives the print its number.
  mutating func record(_ print: Print) -> Int {
    count += 1
    var print = print
    print.number = count
    prints[count % DemoTape.capacity] = print
    return count
  }

  /// Takes one print out at random, of the latest few thousand; nil when that one is gone already.
  mutating func remove(_ random: inout DemoRandom) -> Print? {
    guard count > 0 else { return nil }
    let number = count - random.below(min(count, DemoTape.capacity))
    let print = prints[number % DemoTape.capacity]
    guard print.number == number else { return nil }
    prints[number % DemoTape.capacity].number = 0
    return print
  }

  mutating func removeAll() {
    for index in prints.indices { prints[index].number = 0 }
    count = 0
  }
}

/// What kinds of things happen, and how often a second.
struct DemoRates {
  enum Action: Int, CaseIterable {
    case single, multiLeg, late, sweep, block, cancel, burst, optionQuote, stockQuote, stockTrade
  }
  /// Running sums over the actions.
  private var sums = [Double](repeating: 0, count: Action.allCases.count)

  var total: Double { sums[sums.count - 1] }

  /// `pace`: activity relative to the ordinary; `heat`: more of it where traders are excited.
  mutating func update(pace: Double, heat: Double) {
    var sum = 0.0
    func add(_ action: Action, _ rate: Double) {
      sum += rate
      sums[action.rawValue] = sum
    }
    add(.single, 130 * pace * heat)
    add(.multiLeg, 11 * pace * heat)
    add(.late, 0.7 * pace)
    add(.sweep, 0.14 * pace * heat)
    add(.block, 0.09 * pace)
    add(.cancel, 0.06 * pace)
    add(.burst, 0.05 * pace)
    let quotePace = 0.35 * pace + 0.65 * min(pace, 1)
    add(.optionQuote, 950 * quotePace)
    add(.stockQuote, 60 * quotePace)
    add(.stockTrade, 40 * pace)
  }

  /// `draw` is uniform in 0..<1.
  func action(_ draw: Double) -> Action {
    let wanted = draw * total
    return Action.allCases.first { sums[$0.rawValue] > wanted } ?? .optionQuote
  }
}
