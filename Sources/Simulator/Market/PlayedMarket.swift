import Clocks
import MarketModel
import Synchronization

/// Everything played so far, as the vendor's REST service knows it. The player writes, REST reads.
final class PlayedMarket: Sendable {
  let instruments: InstrumentTable
  private let quotesKept: Int
  private let state: Mutex<State>

  /// What happened, with everything that the vendor adds: sequence numbers, aggregates.
  enum Event: Sendable {
    case trade(Trade)
    case quote(Quote)
    case bar(VendorBar)
  }

  struct State: Sendable {
    /// By instrument id.
    var histories: [InstrumentHistory] = []
    var bySymbol: [String: InstrumentID] = [:]
    /// Option contracts of an underlying, in the order of their symbols.
    var chains: [String: [InstrumentID]] = [:]
    var totals = PlayedTotals()
    /// Stream time of the latest event; `.none` before the first.
    var time = Timestamp.none
    /// When `time` was reached, by the monotonic clock.
    var reachedAt: Int64 = 0
    fileprivate var openSeconds: [InstrumentID] = []
    fileprivate var openMinutes: [InstrumentID] = []
    fileprivate var dayEnd = Timestamp.none

    subscript(id: InstrumentID) -> InstrumentHistory { histories[id.index] }

    func history(_ symbol: String) -> InstrumentHistory? { bySymbol[symbol].map { histories[$0.index] } }
  }

  init(instruments: InstrumentTable, quotesKept: Int) {
    self.instruments = instruments
    self.quotesKept = quotesKept
    state = Mutex(State())
  }

  func withState<Result: Sendable>(_ body: (inout State) throws -> Result) rethrows -> Result {
    try state.withLock { try body(&$0) }
  }

  /// Takes in symbols that were interned meanwhile. The player's thread.
  func register() {
    state.withLock { register(&$0) }
  }

  /// Keeps the events of one step and says what goes out.
  func play(_ events: UnsafeBufferPointer<MarketEvent>, at time: Timestamp, into played: inout [Event]) {
    state.withLock { state in
      register(&state)
      if time > state.time {
        state.time = time
        state.reachedAt = SystemClock.monotonicNanoseconds
        if time >= state.dayEnd { startDay(&state) }
      }
      for event in events { play(event, &state, &played) }
    }
  }

  private func play(_ event: MarketEvent, _ state: inout State, _ played: inout [Event]) {
    switch event {
    case .trade(let trade): play(trade, &state, &played)
    case .quote(let quote): play(quote, &state, &played)
    case .bar(let bar):
      // Where prints are played, the bars are made from them.
      guard state.histories[bar.instrument.index].playedTrades == 0 else { return }
      played.append(.bar(VendorBar(bar)))
    case .reference(let reference):
      state.histories[reference.instrument.index].reference = reference
    case .clock(let time):
      closeBars(until: time, &state, &played)
    case .incident(let incident):
      if incident.kind == .ended { closeBars(until: Timestamp(nanoseconds: .max), &state, &played) }
    }
  }

  private func play(_ trade: Trade, _ state: inout State, _ played: inout [Event]) {
    var trade = trade
    let index = trade.instrument.index
    let isFull = state.totals.keptTrades >= SimulatorLimits.trades
    state.totals.trades += 1
    trade.sequence = state.histories[index].number(trade.sequence)
    let kind = state.histories[index].record.kind
    let isGivenUp = state.histories[index].trades.insert(trade, replacesOldest: isFull) { $0.time.nanoseconds }
    if isGivenUp { state.totals.droppedTrades += 1 } else { state.totals.keptTrades += 1 }
    state.histories[index].playedTrades += 1
    if state.histories[index].lastTrade.map({ $0.time <= trade.time }) ?? true {
      state.histories[index].lastTrade = trade
    }
    state.histories[index].today.add(trade, kind)
    if state.histories[index].second.add(trade, kind, lengthSeconds: 1) { state.openSeconds.append(trade.instrument) }
    if state.histories[index].minute.add(trade, kind, lengthSeconds: 60) { state.openMinutes.append(trade.instrument) }
    played.append(.trade(trade))
  }

  private func play(_ quote: Quote, _ state: inout State, _ played: inout [Event]) {
    var quote = quote
    let index = quote.instrument.index
    state.totals.quotes += 1
    quote.sequence = state.histories[index].number(quote.sequence)
    let isFull =
      state.totals.keptQuotes >= SimulatorLimits.quotes || state.histories[index].quotes.count >= quotesKept
    let isGivenUp = state.histories[index].quotes.insert(quote, replacesOldest: isFull) { $0.time.nanoseconds }
    if isGivenUp { state.totals.droppedQuotes += 1 } else { state.totals.keptQuotes += 1 }
    state.histories[index].lastQuote = quote
    played.append(.quote(quote))
  }

  // MARK: Bars

  private func closeBars(until time: Timestamp, _ state: inout State, _ played: inout [Event]) {
    let seconds = state.openSeconds
    state.openSeconds.removeAll(keepingCapacity: true)
    for id in seconds { closeBar(id, \.second, 1, until: time, &state, &played) }
    let minutes = state.openMinutes
    state.openMinutes.removeAll(keepingCapacity: true)
    for id in minutes { closeBar(id, \.minute, 60, until: time, &state, &played) }
  }

  private func closeBar(
    _ id: InstrumentID, _ window: WritableKeyPath<InstrumentHistory, BarWindow>, _ lengthSeconds: Int,
    until time: Timestamp, _ state: inout State, _ played: inout [Event]
  ) {
    let bar = state.histories[id.index][keyPath: window]
    guard bar.start.adding(nanoseconds: Int64(lengthSeconds) * 1_000_000_000) <= time else {
      if lengthSeconds == 1 { state.openSeconds.append(id) } else { state.openMinutes.append(id) }
      return
    }
    played.append(
      .bar(
        VendorBar(
          instrument: id, start: bar.start, lengthSeconds: lengthSeconds, figures: bar.figures,
          day: state.histories[id.index].today)))
    state.histories[id.index][keyPath: window].close()
  }

  // MARK: Days and symbols

  /// REST keeps the day before, too.
  private func startDay(_ state: inout State) {
    let isFirst = state.dayEnd == .none
    state.dayEnd = TradingCalendar.sessionBoundary(after: state.time)
    guard !isFirst else { return }
    let day = TradingCalendar.tradingDay(containing: state.time)
    let limit = Timestamp(newYork: TradingCalendar.previousSession(before: day), hour: 4).nanoseconds
    for index in state.histories.indices {
      if state.histories[index].today.count > 0 { state.histories[index].previousDay = state.histories[index].today }
      state.histories[index].today = PriceFigures()
      let trades = state.histories[index].trades.removeAll(before: limit) { $0.time.nanoseconds }
      let quotes = state.histories[index].quotes.removeAll(before: limit) { $0.time.nanoseconds }
      state.totals.keptTrades -= trades
      state.totals.droppedTrades += trades
      state.totals.keptQuotes -= quotes
      state.totals.droppedQuotes += quotes
    }
  }

  private func register(_ state: inout State) {
    guard state.histories.count < instruments.count else { return }
    for index in state.histories.count..<instruments.count {
      let id = InstrumentID(UInt32(index))
      let record = instruments[id]
      let history = InstrumentHistory(id, record)
      state.bySymbol[history.symbol] = id
      state.histories.append(history)
      guard record.kind == .option else { continue }
      let underlying = instruments[record.underlying].symbol.description
      let place = state.place(of: history.symbol, in: state.chains[underlying] ?? [])
      state.chains[underlying, default: []].insert(id, at: place)
    }
  }
}

extension PlayedMarket.State {
  /// Where a symbol stands, or would stand, in a chain.
  func place(of symbol: String, in chain: [InstrumentID]) -> Int {
    var (low, high) = (0, chain.count)
    while low < high {
      let middle = (low + high) / 2
      if histories[chain[middle].index].symbol < symbol { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Sums over everything played.
struct PlayedTotals: Sendable {
  var trades = 0
  var quotes = 0
  var keptTrades = 0
  var keptQuotes = 0
  /// No longer in REST: they made room, or are older than the day before.
  var droppedTrades = 0
  var droppedQuotes = 0
}

extension VendorBar {
  init(_ bar: Bar) {
    var figures = PriceFigures()
    figures.open = bar.open
    figures.high = bar.high
    figures.low = bar.low
    figures.close = bar.close
    figures.volume = bar.volume
    self.init(
      instrument: bar.instrument, start: bar.start, lengthSeconds: Int(bar.lengthSeconds), figures: figures, day: nil)
  }
}
