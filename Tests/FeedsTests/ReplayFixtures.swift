import CZlib
import CZstd
import Foundation
import MarketModel

@testable import Feeds

/// Files that tests write, in a directory that goes away with this object.
final class ReplayFixtures {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "marketflow-replay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(at: directory) } catch { print("left behind: \(directory.path): \(error)") }
  }

  func path(_ name: String) -> String { directory.appending(path: name).path }

  func write(_ bytes: [UInt8], as name: String = "tape") throws -> String {
    try Data(bytes).write(to: directory.appending(path: name))
    return path(name)
  }

  func write(_ text: String, as name: String = "tape") throws -> String { try write(Array(text.utf8), as: name) }

  /// `../shared/data` beside the package, or what MARKETFLOW_REFERENCE_DATA names; nil when absent.
  static func referenceData(_ name: String) -> String? {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let environment = ProcessInfo.processInfo.environment["MARKETFLOW_REFERENCE_DATA"].map { URL(filePath: $0) }
    let root = environment ?? package.deletingLastPathComponent().appending(path: "shared/data")
    let path = root.appending(path: name).path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

enum Packing: CaseIterable {
  case plain, gzip, zstd

  func pack(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .plain: return bytes
    case .gzip: return gzipped(bytes)
    case .zstd:
      var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
      let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
      precondition(ZSTD_isError(count) == 0)
      return Array(output[..<count])
    }
  }
}

func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  precondition(
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
  let count = input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(target.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      return target.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}

extension ReplayFile {
  /// All frames as text; touches the promised padding behind each.
  mutating func allFrames() throws -> [String] {
    var frames: [String] = []
    while true {
      switch try next() {
      case .frame(let bytes):
        frames.append(String(decoding: bytes, as: UTF8.self))
        let padded = UnsafeBufferPointer(start: bytes.baseAddress, count: bytes.count + frameSourcePadding)
        precondition(padded.reduce(0) { $0 | Int($1) } >= 0)
      case .events, .recorded: preconditionFailure("a file of frames gave events")
      case .idle: continue
      case .end: return frames
      }
    }
  }

  mutating func allEvents() throws -> [MarketEvent] {
    var events: [MarketEvent] = []
    while true {
      switch try next() {
      case .events(let batch): events += batch
      case .frame, .recorded: preconditionFailure("a flat file gave a frame")
      case .idle: continue
      case .end: return events
      }
    }
  }
}
