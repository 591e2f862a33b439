import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which prints a live feed hands over: those of some underlyings, or all. The answer is kept for each instrument, so that a
/// print costs one look.
struct FollowedUnderlyings: ~Copyable {
  private let instruments: InstrumentTable
  private let underlyings: Set<InstrumentID>
  private let followsAll: Bool
  /// By instrument: 0 not asked yet, 1 followed, 2 not.
  private let answers: UnsafeMutablePointer<UInt8>

  /// - Parameter symbols: empty for all.
  init(_ symbols: [String], instruments: InstrumentTable) {
    self.instruments = instruments
    underlyings = Set(symbols.compactMap { instruments.intern($0) })
    guard let memory = calloc(instruments.capacity, 1) else {
      preconditionFailure("FollowedUnderlyings: out of memory")
    }
    answers = memory.assumingMemoryBound(to: UInt8.self)
    followsAll = symbols.isEmpty
  }

  deinit { free(answers) }

  @inline(__always)
  func contains(_ instrument: InstrumentID) -> Bool {
    if followsAll { return true }
    let answer = answers[instrument.index]
    return answer == 0 ? ask(instrument) : answer == 1
  }

  @inline(never)
  private func ask(_ instrument: InstrumentID) -> Bool {
    let isFollowed = underlyings.contains(instruments[instrument].underlying)
    answers[instrument.index] = isFollowed ? 1 : 2
    return isFollowed
  }
}
