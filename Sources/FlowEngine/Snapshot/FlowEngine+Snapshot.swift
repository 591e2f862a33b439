import MarketModel

// The whole state to bytes and back, so that a long day need not be played again from its beginning.
extension FlowEngine {
  /// How far the engine has come in its source.
  public var position: StreamPosition {
    StreamPosition(
      session: session, events: tally.events, prints: printsBefore + tally.prints,
      cancellations: cancellationsBefore + tally.cancellations)
  }

  /// Writes down everything that later outputs and digests depend on. The engine is not changed.
  /// - Parameters:
  ///   - program: names the program: engines of two programs with the same name conclude the same from the same events.
  ///   - snapshot: gets the bytes; what it held is gone.
  public func save(program: String, into snapshot: inout SnapshotBytes) {
    snapshot.begin()
    snapshot.add(program)
    snapshot.add("\(configuration)")
    snapshot.add(stateDigest())
    snapshot.add((0..<contractCount).map { instruments[InstrumentID(UInt32($0))].symbol })
    saveStream(&snapshot)
    snapshot.add(UnsafeBufferPointer(start: contracts, count: contractCount))
    snapshot.add(underlyingCount)
    for i in 0..<underlyingCount { underlyings[i].save(into: &snapshot) }
    remembered.save(into: &snapshot)
    sweepDetector.save(into: &snapshot)
    greeks.save(into: &snapshot)
    recovery.save(into: &snapshot)
    detection.save(into: &snapshot)
    flow.save(into: &snapshot)
    snapshot.end()
  }

  private func saveStream(_ snapshot: inout SnapshotBytes) {
    snapshot.add(streamDay)
    snapshot.add(session)
    snapshot.add(untimedIncidents)
    snapshot.add(hasEnded)
    snapshot.add(minutesClosedBefore)
    snapshot.add(nextDigestTime)
    snapshot.add(equitiesTrustedFrom)
    snapshot.add(printsBefore)
    snapshot.add(cancellationsBefore)
    snapshot.add(earlier)
    snapshot.add(tally)
    snapshot.add(recent)
  }

  /// An engine that goes on exactly where the saved one was.
  /// - Parameters:
  ///   - snapshot: what `save` wrote.
  ///   - program: must be the name it was saved under.
  ///   - configuration: must be the saved engine's.
  ///   - instruments: gets the saved engine's instruments, as far as it does not have them, under the same ids: on the thread
  ///     that interns, or before there is one.
  /// - Throws: `SnapshotError`; what was interned stays.
  public static func restored(
    from snapshot: SnapshotBytes, program: String, configuration: FlowConfiguration = FlowConfiguration(),
    instruments: InstrumentTable
  ) throws(SnapshotError) -> FlowEngine {
    var reader = try SnapshotReader(snapshot)
    let foundProgram = try reader.readText()
    guard foundProgram == program else { throw .otherProgram(found: foundProgram, wanted: program) }
    let foundConfiguration = try reader.readText()
    guard foundConfiguration == "\(configuration)" else {
      throw .otherConfiguration(found: foundConfiguration, wanted: "\(configuration)")
    }
    let digest: UInt64 = try reader.read()
    let symbols = try reader.readArray(of: SymbolText.self)
    try intern(symbols, into: instruments)
    var engine = FlowEngine(configuration: configuration, instruments: instruments)
    try engine.restoreState(of: symbols.count, &reader)
    try reader.end()
    guard engine.stateDigest() == digest else {
      throw .damaged(words: "its digest is not that of the state that was saved")
    }
    return engine
  }

  private mutating func restoreState(of count: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    try restoreStream(&reader)
    try restoreContracts(count, &reader)
    try remembered.restore(&reader)
    try sweepDetector.restore(&reader)
    if configuration.profile == .flow {
      for i in 0..<contractCount { greeks.append(InstrumentID(UInt32(i)), instruments[InstrumentID(UInt32(i))]) }
    }
    try greeks.restore(&reader)
    try recovery.restore(&reader)
    try detection.restore(&reader)
    try flow.restore(&reader)
  }

  private static func intern(
    _ symbols: [SymbolText], into instruments: InstrumentTable
  ) throws(SnapshotError) {
    for (index, symbol) in symbols.enumerated() {
      let id = InstrumentID(UInt32(index))
      let found = index < instruments.count ? instruments[id].symbol : nil
      if found == symbol { continue }
      guard found == nil, instruments.intern(symbol) == id else {
        throw .otherInstruments(
          id: UInt32(index), found: found?.description ?? "not to be had", wanted: symbol.description)
      }
    }
  }

  private mutating func restoreStream(_ reader: inout SnapshotReader) throws(SnapshotError) {
    streamDay = try reader.read()
    session = try reader.read()
    untimedIncidents = try reader.readArray()
    hasEnded = try reader.read()
    minutesClosedBefore = try reader.read()
    nextDigestTime = try reader.read()
    equitiesTrustedFrom = try reader.read()
    printsBefore = try reader.read()
    cancellationsBefore = try reader.read()
    earlier = try reader.read()
    tally = try reader.read()
    recent = try reader.read()
  }

  private mutating func restoreContracts(_ count: Int, _ reader: inout SnapshotReader) throws(SnapshotError) {
    let states = try reader.readArray(of: ContractState.self)
    guard states.count == count else { throw .damaged(words: "\(states.count) contracts of \(count) instruments") }
    reserveContracts(count)
    for (i, state) in states.enumerated() { (contracts + i).initialize(to: state) }
    contractCount = count
    for _ in 0..<(try reader.read(Int.self)) { append(try UnderlyingSums(restoring: &reader)) }
  }
}

/// A place in a source.
public struct StreamPosition: Hashable, Sendable {
  /// Nil before the first event with a time.
  public var session: MarketDate?
  /// Events of the day so far.
  public var events: Int64
  /// Prints and cancellations of the source so far, whatever their days.
  public var prints: Int64
  public var cancellations: Int64
}
