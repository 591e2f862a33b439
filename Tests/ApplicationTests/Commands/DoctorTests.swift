import FoundationEssentials
import Storage
import Testing

@testable import Application

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct DoctorTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "marketflow-\(UUID().uuidString)").path

  private func settings(_ environment: [String: String]) throws -> Settings {
    try Settings(command: nil, environment: environment, file: nil)
  }

  private func dataFolder(_ path: String) throws -> DoctorCommand.Finding {
    DoctorCommand.dataFolder(try settings(["MARKETFLOW_DATA_DIRECTORY": path])).finding
  }

  @Test func lookingMakesNothing() throws {
    let finding = try dataFolder(folder + "/deep/data")
    #expect(finding.isFine && finding.words.hasSuffix("is not there yet and can be made"))
    #expect(!FileManager.default.fileExists(atPath: folder))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { unlink(folder + "/marketflow.duckdb"); rmdir(folder) }
    #expect(try dataFolder(folder).words.hasSuffix("can be written; no database yet"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    _ = try Store(StoreOptions(path: folder + "/marketflow.duckdb"))
    #expect(try dataFolder(folder).words.contains("its databases open, schema"))
    try Data("no database".utf8).write(to: URL(filePath: folder + "/marketflow.duckdb"))
    #expect(try !dataFolder(folder).isFine)
  }

  @Test func aFileIsNoFolder() throws {
    let file = folder + ".file"
    try Data().write(to: URL(filePath: file))
    defer { unlink(file) }
    for path in [file, file + "/data"] { #expect(try !dataFolder(path).isFine, "\(path)") }
  }

  @Test func anotherMarketFlowIsAFactAndNoFault() {
    let used = DoctorCommand.database(.locked(path: "data/x", holder: "PID 7"))
    #expect(used.finding.isFine && used.isInUse)
    #expect(used.finding.words == "data/x is in use by another process (PID 7): a marketflow is running")
    #expect(!DoctorCommand.database(.cannotOpen(path: "x", words: "y")).finding.isFine)
  }

  private func port(_ host: String, _ port: UInt16, isRunning: Bool = false) throws -> DoctorCommand.Finding {
    DoctorCommand.port(
      try settings(["MARKETFLOW_HOST": host, "MARKETFLOW_PORT": "\(port)"]), isRunning: isRunning)
  }

  /// The address that is named is the one that is looked at.
  @Test func portsInUse() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1) == 0 ? getsockname(listener, $0, &length) : -1
      }
    }
    try #require(status == 0)
    let taken = UInt16(bigEndian: address.sin_port)
    for host in ["127.0.0.1", "localhost"] {
      let finding = try port(host, taken)
      #expect(!finding.isFine && finding.words.contains("give another --port"))
      #expect(try port(host, taken, isRunning: true).isFine)
      #expect(try port(host, 0).isFine)
    }
    #expect(try port("127.0.0.2", taken).isFine)
  }

  @Test func namesAreNoAddresses() throws {
    let finding = try port("my.machine", 8000)
    #expect(!finding.isFine && finding.words.contains("not a numeric address"))
    // Where the machine has the loopback of IPv6, it is looked at.
    let six = try port("::1", 0)
    #expect(six.isFine || six.words.contains("ssign requested address") || six.words.contains("no socket"))
  }
}
