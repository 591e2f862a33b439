import MarketModel

/// Greeks of a recorded tape's contracts: `[{"sym":"O:SPY251216C00542000","delta_e4":10000,"gamma_e4":0},…]`, numbers in
/// 1e-4. One flat array of flat objects; unknown keys are skipped.
public enum ContractsFile {
  /// One reference event a contract, stamped with `time`, in file order. Symbols are interned in `instruments`, on the
  /// calling thread.
  public static func references(
    path: String, instruments: InstrumentTable, time: Timestamp = .none
  ) throws(ReplayFileError) -> [MarketEvent] {
    let file = try FileBytes(path: path)
    guard file.size <= largestFile else {
      throw ReplayFileError(.unknownFormat, "contracts file \(path): \(file.size) bytes, at most \(largestFile) wanted")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: file.size, alignment: 16)
    defer { buffer.deallocate() }
    var count = 0
    while count < file.size {
      let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      if read == 0 { break }
      count += read
    }
    var scanner = ContractsScanner(bytes: UnsafeRawBufferPointer(rebasing: buffer[..<count]), path: path)
    return try scanner.references(instruments: instruments, time: time)
  }

  /// Bytes; a million contracts take about 70.
  private static let largestFile = 256 << 20
}

/// Reads the flat shape above and nothing else of JSON.
private struct ContractsScanner {
  let bytes: UnsafeRawBufferPointer
  let path: String
  private var index = 0

  init(bytes: UnsafeRawBufferPointer, path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func references(instruments: InstrumentTable, time: Timestamp) throws(ReplayFileError) -> [MarketEvent] {
    var events: [MarketEvent] = []
    try expect("[")
    if !skip("]") {
      repeat { events.append(.reference(try reference(instruments: instruments, time: time))) } while skip(",")
      try expect("]")
    }
    skipSpace()
    guard index == bytes.count else { throw wrong("the end of the file") }
    return events
  }

  private mutating func reference(instruments: InstrumentTable, time: Timestamp) throws(ReplayFileError)
    -> ContractReference
  {
    var symbol: String?
    var delta: Int64?
    var gamma: Int64?
    try expect("{")
    repeat {
      let key = try string()
      try expect(":")
      switch key {
      case "sym": symbol = try string()
      case "delta_e4": delta = try integer()
      case "gamma_e4": gamma = try integer()
      default: try skipScalar()
      }
    } while skip(",")
    try expect("}")
    guard let symbol, let delta, let gamma else { throw wrong("an object with sym, delta_e4 and gamma_e4 before it") }
    guard let instrument = instruments.intern(symbol) else {
      throw wrong("a symbol instead of \"\(symbol)\" before it")
    }
    return ContractReference(
      time: time, instrument: instrument, deltaNanos: delta * 100_000, gammaNanos: gamma * 100_000)
  }

  private mutating func string() throws(ReplayFileError) -> String {
    try expect("\"")
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] != UInt8(ascii: "\\"), bytes[index] >= 0x20 else { throw wrong("text without escapes") }
      index += 1
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    try expect("\"")
    return text
  }

  private mutating func integer() throws(ReplayFileError) -> Int64 {
    skipSpace()
    let start = index
    while index < bytes.count, isNumberByte(bytes[index]) { index += 1 }
    // A greek of 1e9 is already absurd; the bound keeps the change of unit from overflowing.
    guard let value = Int64(String(decoding: bytes[start..<index], as: UTF8.self)), value.magnitude < 10_000_000_000_000
    else {
      index = start
      throw wrong("a whole number")
    }
    return value
  }

  private mutating func skipScalar() throws(ReplayFileError) {
    skipSpace()
    if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
      _ = try string()
      return
    }
    let start = index
    while index < bytes.count, isNumberByte(bytes[index]) || (0x61...0x7A).contains(bytes[index]) { index += 1 }
    guard index > start else { throw wrong("a number, text, true, false or null") }
  }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "E"):
      return true
    default: return false
    }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ReplayFileError) {
    guard skip(character) else { throw wrong("\"\(character)\"") }
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
  }

  private func wrong(_ wanted: String) -> ReplayFileError {
    ReplayFileError(
      .unknownFormat,
      "contracts file \(path): at byte \(index) of \(bytes.count): wanted \(wanted); is it a list of sym, delta_e4, gamma_e4?"
    )
  }
}
