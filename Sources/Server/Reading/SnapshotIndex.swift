import FlowEngine
import MarketModel

/// Look-ups into one snapshot, built once when it arrives.
struct SnapshotIndex {
  let snapshot: FlowSnapshot
  /// Positions in `snapshot.contracts` of each underlying's contracts.
  private var contractsByUnderlying: [InstrumentID: [Int32]] = [:]
  private var underlyingPositions: [InstrumentID: Int] = [:]

  init(_ snapshot: FlowSnapshot, directory: SymbolDirectory) {
    self.snapshot = snapshot
    for (position, underlying) in snapshot.underlyings.enumerated() {
      underlyingPositions[underlying.instrument] = position
    }
    for (position, contract) in snapshot.contracts.enumerated() {
      let underlying = directory[contract.instrument].instrument.underlying
      contractsByUnderlying[underlying, default: []].append(Int32(position))
    }
  }

  func underlying(_ id: InstrumentID) -> UnderlyingSnapshot? {
    underlyingPositions[id].map { snapshot.underlyings[$0] }
  }

  /// The contracts of an underlying, in order of `InstrumentID`.
  func contracts(of underlying: InstrumentID) -> [ContractSnapshot] {
    (contractsByUnderlying[underlying] ?? []).map { snapshot.contracts[Int($0)] }
  }
}
