import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The real program as a child, in a folder of its own.
final class ProcessProgram {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What a finished program left.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
    func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
  }

  let folder: ProcessFolder
  private let process = Process()
  private let output = Pipe()
  private let errorFile: URL
  private let ended = DispatchSemaphore(value: 0)
  /// Longer than anything a test waits for on a slow, instrumented build.
  private static let patience = DispatchTimeInterval.seconds(600)

  init(_ words: [String], in folder: ProcessFolder, environment: [String: String] = [:]) throws {
    self.folder = folder
    errorFile = folder.url.appending(path: "errors-\(UUID().uuidString)")
    try Data().write(to: errorFile)
    // Who runs the tests under `nohup` ignores the end of the terminal; the program is not to inherit that.
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["--default-signal=HUP", try Self.binary().path] + words
    process.currentDirectoryURL = folder.url
    process.environment = Self.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errorFile)
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What the sanitizers and the coverage need, and nothing else of the caller's.
  private static var environment: [String: String] {
    let names = [
      "PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "LLVM_PROFILE_FILE", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS",
    ]
    var values = ProcessInfo.processInfo.environment.filter { names.contains($0.key) }
    // A build may lie outside the package.
    values["MARKETFLOW_WEB_DIRECTORY"] = package.appending(path: "Web").path
    // Without the list of scripts/sanitize the leak checker counts globals as lost.
    if values["LSAN_OPTIONS"] == nil { values["ASAN_OPTIONS", default: ""] += ":detect_leaks=0" }
    return values
  }

  /// Beside the running tests, whatever build they belong to.
  private static func binary() throws -> URL {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let candidates = [tests, package.appending(path: ".build/debug")].map { $0.appending(path: "marketflow") }
    guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      throw Failure(description: "no marketflow in \(candidates.map(\.path)); swift build makes it")
    }
    return found
  }

  var pid: Int32 { process.processIdentifier }
  var errors: String {
    do {
      let file = try FileHandle(forReadingFrom: errorFile)
      return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    } catch {
      return "\(error)"
    }
  }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Runs to the end.
  static func run(
    _ words: String..., in folder: ProcessFolder, environment: [String: String] = [:]
  ) throws -> Outcome {
    try ProcessProgram(words, in: folder, environment: environment).outcome()
  }

  func outcome() throws -> Outcome {
    // Its pipe ends when it does: who does not end is ended.
    let killer = DispatchWorkItem { [pid] in kill(pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: killer)
    defer { killer.cancel() }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    ended.wait()
    guard process.terminationReason == .exit else {
      throw Failure(description: "the program died of signal \(process.terminationStatus); its errors: \(errors)")
    }
    return Outcome(code: process.terminationStatus, output: text, errors: errors)
  }

  /// The port of the address that `serve` prints when it is ready.
  func port() throws -> Int {
    var text = ""
    while !text.contains("\n") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { throw Failure(description: "serve ended before it was ready: \(errors)") }
      text += String(decoding: data, as: UTF8.self)
    }
    let digits = text.components(separatedBy: "http://127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
    guard let port = Int(digits) else { throw Failure(description: "no address in: \(text)") }
    return port
  }
}

/// A folder that goes away with this object.
final class ProcessFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "marketflow-process-\(UUID().uuidString)")
  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
  deinit {
    do { try FileManager.default.removeItem(at: url) } catch { print("left behind: \(url.path): \(error)") }
  }
  func path(_ name: String) -> String { url.appending(path: name).path }
}
