import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Maps the process's instrument ids to the file's. DuckDB's ENUM is fixed at creation and changing it rewrites the table,
/// while new symbols appear all day; so rows hold a number and the table `instruments` says what it stands for.
/// Writer thread only.
final class InstrumentDictionary {
  private let table: InstrumentTable
  private var known: [SymbolText: Int32] = [:]
  private var nextID: Int32 = 1
  /// Indexed by `InstrumentID`; zero pages until touched.
  private let contracts: UnsafeMutablePointer<StoredContract>
  /// Symbols the file does not have yet.
  private(set) var unsaved: [NewInstrument] = []

  init(_ table: InstrumentTable) {
    self.table = table
    guard let memory = calloc(table.capacity, MemoryLayout<StoredContract>.stride) else {
      preconditionFailure("InstrumentDictionary: out of memory")
    }
    contracts = memory.bindMemory(to: StoredContract.self, capacity: table.capacity)
  }

  deinit { free(contracts) }

  /// Reads what the file has.
  func load(_ connection: Connection) throws(StorageError) {
    try connection.query("SELECT id, symbol FROM base.instruments") { chunk in
      for row in 0..<chunk.count {
        guard let id = chunk.integer(0, row), let text = chunk.text(1, row), let symbol = SymbolText(text) else {
          continue
        }
        known[symbol] = Int32(truncatingIfNeeded: id)
        nextID = max(nextID, Int32(truncatingIfNeeded: id) + 1)
      }
    }
  }

  @inline(__always)
  func contract(_ id: InstrumentID) -> StoredContract {
    let contract = contracts[id.index]
    return contract.databaseID != 0 ? contract : resolve(id)
  }

  /// The unsaved symbols are in the file now.
  func markSaved() { unsaved.removeAll(keepingCapacity: true) }

  @inline(never)
  private func resolve(_ id: InstrumentID) -> StoredContract {
    let instrument = table[id]
    let databaseID: Int32
    if let existing = known[instrument.symbol] {
      databaseID = existing
    } else {
      databaseID = nextID
      nextID += 1
      known[instrument.symbol] = databaseID
      unsaved.append(
        NewInstrument(databaseID: databaseID, instrument: instrument, underlying: table[instrument.underlying].symbol))
    }
    let contract = StoredContract(
      databaseID: databaseID, right: instrument.kind == .option ? instrument.right.rawValue : 255,
      strike: instrument.strike)
    contracts[id.index] = contract
    return contract
  }
}
