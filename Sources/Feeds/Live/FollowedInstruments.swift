import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which prints a live feed hands over. The filter's answer is kept for each instrument, so that a print costs one look.
struct FollowedInstruments: ~Copyable {
  private let instruments: InstrumentTable
  private let filter: SymbolFilter
  /// By instrument: 0 not asked yet, 1 followed, 2 not.
  private let answers: UnsafeMutablePointer<UInt8>

  init(_ filter: SymbolFilter, instruments: InstrumentTable) {
    self.instruments = instruments
    self.filter = filter
    guard let memory = calloc(instruments.capacity, 1) else {
      preconditionFailure("FollowedInstruments: out of memory")
    }
    answers = memory.assumingMemoryBound(to: UInt8.self)
  }

  deinit { free(answers) }

  @inline(__always)
  func contains(_ instrument: InstrumentID) -> Bool {
    if filter.isEverything { return true }
    let answer = answers[instrument.index]
    return answer == 0 ? ask(instrument) : answer == 1
  }

  @inline(never)
  private func ask(_ instrument: InstrumentID) -> Bool {
    let record = instruments[instrument]
    let underlying = instruments[record.underlying].symbol
    let isFollowed =
      record.kind == .option
      ? filter.passes(record.symbol, underlying: underlying) : filter.underlyings.contains(underlying.description)
    answers[instrument.index] = isFollowed ? 1 : 2
    return isFollowed
  }
}
