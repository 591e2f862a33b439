import MarketModel

// Where the engine's state lives, and copies of it for others.
extension FlowEngine {
  /// The state of an instrument; made on first sight.
  @inline(__always)
  mutating func state(of instrument: InstrumentID) -> UnsafeMutablePointer<ContractState> {
    if instrument.index >= contractCount { addContracts(through: instrument) }
    return contracts + instrument.index
  }

  /// Ids come in order of appearance, but an id may be seen by the decoder before its first event reaches the engine.
  @inline(never)
  private mutating func addContracts(through last: InstrumentID) {
    reserveContracts(last.index + 1)
    while contractCount <= last.index {
      let id = InstrumentID(UInt32(contractCount))
      (contracts + contractCount).initialize(to: makeContract(id))
      if configuration.profile == .flow { greeks.append(id, instruments[id]) }
      contractCount += 1
    }
  }

  mutating func reserveContracts(_ count: Int) {
    guard count > contractCapacity else { return }
    var capacity = contractCapacity
    while capacity < count { capacity *= 2 }
    let larger = UnsafeMutablePointer<ContractState>.allocate(capacity: capacity)
    larger.update(from: contracts, count: contractCount)
    contracts.deallocate()
    contracts = larger
    contractCapacity = capacity
  }

  private mutating func makeContract(_ id: InstrumentID) -> ContractState {
    let instrument = instruments[id]
    var state = ContractState()
    state.underlying = instrument.underlying
    state.multiplier = Int64(instrument.multiplier)
    state.isOption = instrument.kind == .option
    state.isCall = instrument.right == .call
    state.expiry = instrument.expiry
    state.strike = instrument.strike
    if state.isOption { state.underlyingSlot = slot(of: instrument.underlying) }
    return state
  }

  private mutating func slot(of underlying: InstrumentID) -> UInt32 {
    // The underlying was interned before its first option, so its state is there.
    let known = contracts[underlying.index].underlyingSlot
    if known != ContractState.noSlot { return known }
    contracts[underlying.index].underlyingSlot = UInt32(underlyingCount)
    append(UnderlyingSums(instrument: underlying))
    return UInt32(underlyingCount - 1)
  }

  mutating func append(_ sums: UnderlyingSums) {
    if underlyingCount == underlyingCapacity {
      let larger = UnsafeMutablePointer<UnderlyingSums>.allocate(capacity: underlyingCapacity * 2)
      larger.moveInitialize(from: underlyings, count: underlyingCount)
      underlyings.deallocate()
      underlyings = larger
      underlyingCapacity *= 2
    }
    (underlyings + underlyingCount).initialize(to: sums)
    underlyingCount += 1
  }

  /// Sweeps of the session in the order they were recognised; the index + 1 is `LabeledPrint.sweepID`.
  public var sweeps: [Sweep] { Array(sweepDetector.sweeps) }

  public var counters: FlowCounters {
    var all = earlier
    all.add(tally, refusedSweeps: sweepDetector.refused)
    var counters = all.counters()
    counters.restarts = restarts
    counters.lastPrint = printsBefore + tally.prints
    counters.fiveMinuteTrades = recent.sums(at: streamTime).count
    return counters
  }

  /// Copies the state for readers on other threads; the snapshot's memory is reused.
  public func capture(into snapshot: FlowSnapshot) {
    snapshot.streamTime = streamTime
    snapshot.session = session
    snapshot.counters = counters
    snapshot.contracts.removeAll(keepingCapacity: true)
    let takesQuiet = snapshot.scope == .withOpenInterest
    for i in 0..<contractCount
    where contracts[i].isSeenToday || (takesQuiet && contracts[i].openInterest != ContractReference.unknown) {
      snapshot.contracts.append(contracts[i].snapshot(of: InstrumentID(UInt32(i))))
    }
    snapshot.underlyings.removeAll(keepingCapacity: true)
    for i in 0..<underlyingCount {
      let instrument = underlyings[i].instrument
      snapshot.underlyings.append(underlyings[i].snapshot(equity: contracts[instrument.index], at: streamTime))
    }
    snapshot.underlyings.sort { $0.instrument < $1.instrument }
    snapshot.detectors = isDetecting ? detection.statuses : []
  }

  /// A number that two engines share exactly when they have the same state (up to collisions of 64 bits), as they do after the
  /// same events of the day in the same order. Independent of how events were batched, of who looked on and of the days before.
  public func stateDigest() -> UInt64 { digest(at: streamTime) }

  /// - Parameter time: the stream's time; it may have been moved on already.
  func digest(at time: Timestamp) -> UInt64 {
    var digest = StateDigest()
    for i in 0..<contractCount {
      let symbol = instruments[InstrumentID(UInt32(i))].symbol.words
      for word in 0..<4 { digest.add(symbol[word]) }
      contracts[i].add(to: &digest)
      if configuration.profile == .flow { digest.add(greeks[InstrumentID(UInt32(i))].pointee.vendorTime.nanoseconds) }
    }
    for i in 0..<underlyingCount { underlyings[i].add(to: &digest) }
    for sweep in sweepDetector.sweeps {
      digest.add(UInt64(sweep.instrument.rawValue))
      digest.add(sweep.firstTime.nanoseconds)
      digest.add(sweep.lastTime.nanoseconds)
      digest.add(sweep.legs)
      digest.add(sweep.premiumMicros)
    }
    tally.add(to: &digest)
    recovery.add(to: &digest)
    if equitiesTrustedFrom != .none { digest.add(equitiesTrustedFrom.nanoseconds) }
    digest.add(time.nanoseconds)
    digest.add(Int64(session?.daysSinceEpoch ?? 0))
    return digest.value
  }
}
