import MarketModel

/// What greeks need of each contract beside its `ContractState`: kept apart, so that who has no use for them does not pay.
struct GreeksTable: ~Copyable {
  struct Contract: BitwiseCopyable {
    /// When the contract's worth is settled.
    var settlement = Timestamp.none
    /// Millionths.
    var strike: Int64 = 0
    /// Index in `chains`; -1 for what is no standard option.
    var chain: Int32 = -1
    /// As of when the vendor's greeks are.
    var vendorTime = Timestamp.none
    /// The newest solution and all it came from: the prints of a burst share one.
    var question = GreeksQuestion()
    var answer: OwnGreeks?
  }

  private struct ChainKey: Hashable {
    var underlying: InstrumentID
    var settlement: Timestamp
  }

  private var contracts: UnsafeMutablePointer<Contract>
  private var capacity: Int
  private(set) var count = 0
  private(set) var chains: [OptionChain] = []
  private var chainIndex: [ChainKey: Int32] = [:]

  init(capacity: Int) {
    self.capacity = capacity
    contracts = .allocate(capacity: capacity)
  }

  deinit { contracts.deallocate() }

  subscript(id: InstrumentID) -> UnsafeMutablePointer<Contract> {
    @inline(__always) get { contracts + id.index }
  }

  /// Takes in the next instrument; ids come without gaps.
  mutating func append(_ id: InstrumentID, _ instrument: Instrument) {
    precondition(id.index == count, "GreeksTable: instrument \(id.rawValue) after \(count) instruments")
    if count == capacity { grow() }
    (contracts + count).initialize(to: Contract())
    count += 1
    // A root that ends in a digit delivers something else than the underlying: parity and strikes do not hold for it.
    guard instrument.kind == .option, let symbol = OptionSymbol(polygon: instrument.symbol.description),
      symbol.root.utf8.last.map({ $0 >= UInt8(ascii: "A") }) ?? false
    else { return }
    let contract = contracts + id.index
    contract.pointee.settlement = symbol.settlementTime
    contract.pointee.strike = instrument.strike.micros
    let key = ChainKey(underlying: instrument.underlying, settlement: contract.pointee.settlement)
    let index = chainIndex[key] ?? Int32(chains.count)
    if index == Int32(chains.count) {
      chainIndex[key] = index
      chains.append(OptionChain())
    }
    chains[Int(index)].add(id, strike: instrument.strike.micros, isCall: instrument.right == .call)
    contract.pointee.chain = index
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(UnsafeBufferPointer(start: contracts, count: count))
  }

  /// Behind `append` of the same instruments, from which the chains follow.
  func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    let saved = try reader.readArray(of: Contract.self)
    guard saved.count == count else { throw .damaged(words: "greeks of \(saved.count) contracts of \(count)") }
    for (i, contract) in saved.enumerated() { contracts[i] = contract }
  }

  /// Forgets everything; keeps its memory.
  mutating func removeAll() {
    count = 0
    chains = []
    chainIndex = [:]
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Contract>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: contracts, count: count)
    contracts.deallocate()
    contracts = larger
    capacity *= 2
  }
}

/// Everything own greeks are a function of, for one contract.
struct GreeksQuestion: Equatable, BitwiseCopyable {
  /// Bid + ask, millionths.
  var twiceMid: Int64 = 0
  var forward = 0.0
  var time = Timestamp.none
}

/// Greeks from the quotes in force, in 1e-9.
struct OwnGreeks: BitwiseCopyable {
  var deltaNanos: Int64
  var gammaNanos: Int64
  var impliedVolatilityNanos: Int64
}
