import MarketModel

/// Turns played events into the vendor's text and puts duplicates and late prints among them. The player's thread.
struct EventEncoder {
  private struct LatePrint {
    var due: Timestamp
    var text: [UInt8]
    var symbol: SymbolText
    var cluster: Cluster
  }

  private let instruments: InstrumentTable
  private let faults: SimulatedFaults
  private let dice: FaultDice
  private let counters: FaultCounters
  private var text = EventText()
  private var late: [LatePrint] = []
  /// Events so far: the place of a fault in the stream.
  private var place = 0
  private var batches = 0

  init(instruments: InstrumentTable, faults: SimulatedFaults, counters: FaultCounters) {
    self.instruments = instruments
    self.faults = faults
    self.counters = counters
    dice = FaultDice(faults)
  }

  /// Whether prints are held back.
  var isHoldingBack: Bool { !late.isEmpty }

  /// One step of the stream at its time; nil when there is nothing to send.
  mutating func encode(_ events: [PlayedMarket.Event], at time: Timestamp) -> PlayedBatch? {
    var options = EncodedEvents()
    var stocks = EncodedEvents()
    releaseLate(until: time, &options, &stocks)
    for event in events {
      place += 1
      text.removeAll()
      let (record, kind) = write(event)
      let cluster = Cluster(record.kind)
      if kind == .trade, dice.falls(.late, place, share: faults.lateShare) {
        holdBack(record, cluster, at: time)
        continue
      }
      let copies = dice.falls(.duplicate, place, share: faults.duplicateShare) ? 2 : 1
      if copies == 2 { FaultCounters.count(counters.duplicates) }
      for _ in 0..<copies {
        switch cluster {
        case .options: options.append(text.bytes, record.symbol, kind)
        case .stocks: stocks.append(text.bytes, record.symbol, kind)
        }
      }
    }
    guard !options.pieces.isEmpty || !stocks.pieces.isEmpty else { return nil }
    defer { batches += 1 }
    return PlayedBatch(number: batches, options: options, stocks: stocks)
  }

  private mutating func write(_ event: PlayedMarket.Event) -> (Instrument, ChannelKinds) {
    switch event {
    case .trade(let trade):
      let record = instruments[trade.instrument]
      text.trade(trade, record)
      return (record, .trade)
    case .quote(let quote):
      let record = instruments[quote.instrument]
      text.quote(quote, record)
      return (record, .quote)
    case .bar(let bar):
      let record = instruments[bar.instrument]
      text.bar(bar, record)
      return (record, bar.lengthSeconds == 1 ? .second : .minute)
    }
  }

  // MARK: Late prints

  private mutating func holdBack(_ record: Instrument, _ cluster: Cluster, at time: Timestamp) {
    let delay = faults.lateSeconds * (0.1 + 0.9 * dice.draw(.lateness, place))
    late.append(
      LatePrint(
        due: time.adding(nanoseconds: Int64(delay * 1e9)), text: text.bytes, symbol: record.symbol, cluster: cluster))
    FaultCounters.count(counters.latePrints)
  }

  private mutating func releaseLate(
    until time: Timestamp, _ options: inout EncodedEvents, _ stocks: inout EncodedEvents
  ) {
    guard !late.isEmpty else { return }
    var waiting: [LatePrint] = []
    for print in late {
      if print.due > time {
        waiting.append(print)
      } else if print.cluster == .options {
        options.append(print.text, print.symbol, .trade)
      } else {
        stocks.append(print.text, print.symbol, .trade)
      }
    }
    late = waiting
  }
}
