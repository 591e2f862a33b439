import MarketModel

/// The deterministic core: market events in, labelled prints and sums out. A value with one owner on one thread; no I/O, no
/// clock, no randomness. Time is the time on events. The same events give the same outputs and the same `stateDigest()`.
///
/// Each trading day begins anew: nothing but the configuration and the instruments outlives it, so that a day can be played
/// again by itself. Prints and cancellations alone are counted on, for their numbers.
public struct FlowEngine: ~Copyable {
  public let configuration: FlowConfiguration
  let instruments: InstrumentTable

  // Indexed by InstrumentID.
  var contracts: UnsafeMutablePointer<ContractState>
  var contractCount = 0
  var contractCapacity: Int
  // Indexed by ContractState.underlyingSlot.
  var underlyings: UnsafeMutablePointer<UnderlyingSums>
  var underlyingCount = 0
  var underlyingCapacity = 16

  var sweepDetector: SweepDetector
  let blockDetector: BlockDetector
  let remembered: RememberedPrints
  var detection: DetectionStage
  /// Whether any detector looks on.
  let isDetecting: Bool
  /// Whether order-flow reports have anything to say.
  public let isAggregating: Bool
  var flow: FlowAggregates
  /// Indexed by InstrumentID; empty in the reference profile.
  var greeks: GreeksTable
  var recovery = Recovery()
  /// Prices of equities from before this moment may have changed unseen.
  var equitiesTrustedFrom = Timestamp.none
  /// What the day has come to.
  var tally = Tally()
  var recent = RollingWindow()

  var streamDay = StreamDay()
  /// Latest time on any event.
  public var streamTime: Timestamp {
    @inline(__always) get { streamDay.time }
  }
  /// Trading day of the sums; nil before the first event.
  public internal(set) var session: MarketDate?
  /// Incidents from before the first event with a time: given out with that time.
  var untimedIncidents: [FeedIncident] = []
  /// The feed has said that nothing follows.
  public internal(set) var hasEnded = false
  /// Minute bars from before this moment are closed.
  var minutesClosedBefore = Timestamp(nanoseconds: .min)
  /// The first clock event that reaches this moment has the digest written down.
  var nextDigestTime = Timestamp(nanoseconds: .max)

  // What is left of the days before: nothing that any conclusion rests on.
  /// Prints and cancellations given out before the day; their numbers go on from there.
  public internal(set) var printsBefore: Int64
  public internal(set) var cancellationsBefore: Int64
  var earlier = Tally()
  /// How often the source has begun again.
  var restarts: Int64 = 0

  /// - Parameters:
  ///   - instruments: the table the decoder interns into; ids on events must be in it.
  ///   - printsBefore: prints the source had before the first event that follows.
  ///   - cancellationsBefore: its cancellations, likewise.
  public init(
    configuration: FlowConfiguration = FlowConfiguration(), instruments: InstrumentTable, printsBefore: Int64 = 0,
    cancellationsBefore: Int64 = 0
  ) {
    self.configuration = configuration
    self.instruments = instruments
    self.printsBefore = printsBefore
    self.cancellationsBefore = cancellationsBefore
    contractCapacity = 1024
    contracts = .allocate(capacity: contractCapacity)
    underlyings = .allocate(capacity: underlyingCapacity)
    sweepDetector = SweepDetector(rule: configuration.sweep)
    blockDetector = BlockDetector(rule: configuration.block)
    remembered = RememberedPrints(capacity: configuration.profile == .flow ? Limits.rememberedPrints : 1)
    detection = DetectionStage(configuration)
    isDetecting = configuration.detectors != nil
    isAggregating = configuration.aggregates != nil
    flow = FlowAggregates(configuration.aggregates)
    greeks = GreeksTable(capacity: configuration.profile == .flow ? contractCapacity : 1)
  }

  deinit {
    contracts.deallocate()
    underlyings.deinitialize(count: underlyingCount)
    underlyings.deallocate()
  }

  /// Processes events in order; outputs are appended to `outputs`.
  public mutating func process(_ events: UnsafeBufferPointer<MarketEvent>, into outputs: inout OutputBuffer) {
    for event in events { process(event, into: &outputs) }
  }

  /// Processes one event; outputs are appended to `outputs`.
  @inline(__always)
  public mutating func process(_ event: MarketEvent, into outputs: inout OutputBuffer) {
    tally.events &+= 1
    switch event {
    case .quote(let quote): process(quote, into: &outputs)
    case .trade(let trade): process(trade, into: &outputs)
    case .bar(let bar): process(bar, into: &outputs)
    case .reference(let reference): process(reference, into: &outputs)
    case .clock(let time):
      advance(to: time, into: &outputs)
      closeMinutes(before: streamTime.minuteStart, into: &outputs)
      if isDetecting { detection.advance(to: streamTime, into: &outputs) }
      if isAggregating { flow.makeRoom() }
      if streamTime >= nextDigestTime { recordHour(into: &outputs) }
    case .incident(let incident): process(incident, into: &outputs)
    }
  }

  // MARK: Events

  @inline(__always)
  private mutating func process(_ quote: Quote, into outputs: inout OutputBuffer) {
    advance(to: quote.time, into: &outputs)
    tally.quotes &+= 1
    // A time that is not believed must not block the quotes after it.
    guard quote.time <= streamTime else { return }
    if configuration.profile == .reference {
      state(of: quote.instrument).pointee.book.append(quote)
    } else if quote.flags.contains(.backfilled) {
      recovery.update(quote)
    } else {
      state(of: quote.instrument).pointee.book.update(quote)
    }
  }

  @inline(__always)
  private mutating func process(_ trade: Trade, into outputs: inout OutputBuffer) {
    advance(to: trade.time, into: &outputs)
    tally.trades &+= 1
    let contract = state(of: trade.instrument)
    if configuration.profile == .reference {
      if !trade.conditions.isDisjoint(with: .referenceExcluded) {
        tally.excluded &+= 1
        return
      }
      accept(trade, contract, PrintTreatment.plain, .reference, into: &outputs)
      return
    }
    let treatment =
      contract.pointee.isOption ? .option(trade.conditions) : PrintTreatment(equity: trade)
    if treatment.cancels {
      tally.excluded &+= 1
      cancel(trade, contract, into: &outputs)
      return
    }
    if trade.flags.contains(.backfilled) {
      recover(trade, contract, treatment, into: &outputs)
    } else {
      accept(trade, contract, treatment, .flow, into: &outputs)
    }
  }

  private mutating func process(_ bar: Bar, into outputs: inout OutputBuffer) {
    let end = bar.start.adding(nanoseconds: Int64(bar.lengthSeconds) * 1_000_000_000)
    advance(to: end, into: &outputs)
    tally.bars &+= 1
    let contract = state(of: bar.instrument)
    // Prints say it better; a bar is for streams that carry no prints of the underlying.
    if !contract.pointee.isOption, contract.pointee.lastTradeTime < bar.start {
      contract.pointee.lastPrice = bar.close.micros
      contract.pointee.lastTradeTime = end
    }
  }

  private mutating func process(_ reference: ContractReference, into outputs: inout OutputBuffer) {
    if reference.time != .none { advance(to: reference.time, into: &outputs) }
    let contract = state(of: reference.instrument)
    let unknown = ContractReference.unknown
    if reference.deltaNanos != unknown { contract.pointee.deltaNanos = reference.deltaNanos }
    if reference.gammaNanos != unknown { contract.pointee.gammaNanos = reference.gammaNanos }
    if reference.impliedVolatilityNanos != unknown {
      contract.pointee.impliedVolatilityNanos = reference.impliedVolatilityNanos
    }
    if configuration.profile == .flow { noteVendorTime(of: reference) }
    guard reference.openInterest != unknown,
      reference.openInterest != contract.pointee.openInterest || !contract.pointee.isOpenInterestReported
    else { return }
    contract.pointee.openInterest = reference.openInterest
    contract.pointee.isOpenInterestReported = true
    outputs.append(
      .openInterest(
        OpenInterest(
          instrument: reference.instrument, time: reference.time == .none ? streamTime : reference.time,
          contracts: reference.openInterest)))
  }

  private mutating func process(_ incident: FeedIncident, into outputs: inout OutputBuffer) {
    if incident.kind == .restarted { return startAgain(incident, into: &outputs) }
    if incident.time != .none { advance(to: incident.time, into: &outputs) }
    apply(incident)
    if incident.kind == .ended {
      // Kept as well: a print entered by hand may still add to the minute.
      giveOutMinutes(before: Timestamp(nanoseconds: .max), into: &outputs)
      if isDetecting { detection.endDay(into: &outputs) }
      hasEnded = true
    }
    guard streamTime != .none else { return hold(incident) }
    var stamped = incident
    if stamped.time == .none { stamped.time = streamTime }
    outputs.append(.incident(stamped))
    if incident.kind == .ended { recordDigest(into: &outputs) }
  }

  /// Open interest alone says nothing about the age of the greeks.
  private func noteVendorTime(of reference: ContractReference) {
    let unknown = ContractReference.unknown
    guard
      reference.deltaNanos != unknown || reference.gammaNanos != unknown || reference.impliedVolatilityNanos != unknown
    else { return }
    greeks[reference.instrument].pointee.vendorTime = reference.time == .none ? streamTime : reference.time
  }
}
