/// Breaks a frame so that every reader can tell: what is left is no JSON, and no value in it was changed unseen.
enum FrameDamage {
  /// - Parameter draw: 0..<1, says how and where.
  static func damaged(_ frame: [UInt8], draw: Double) -> [UInt8] {
    guard frame.count > 8 else { return Array("[{".utf8) }
    let place = Int(draw * 3_000) % (frame.count - 4) + 2
    var result = frame
    switch Int(draw * 1_000_000) % 3 {
    case 0:
      // Cut off, as by a sender that died.
      result.removeLast(frame.count - place)
    case 1:
      // The colon after a key is lost; those inside symbols are no such.
      let keys = frame.indices.dropFirst().filter {
        frame[$0] == UInt8(ascii: ":") && frame[$0 - 1] == UInt8(ascii: "\"")
      }
      guard let colon = keys.first(where: { $0 >= place }) ?? keys.last else { return Array(frame.dropLast()) }
      result[colon] = UInt8(ascii: "#")
    default:
      // An object is not closed.
      guard let brace = frame[place...].firstIndex(of: UInt8(ascii: "}")) else { return Array(frame.dropLast()) }
      result.remove(at: brace)
    }
    return result
  }
}
