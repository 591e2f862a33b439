import Clocks
import Feeds
import JSONText
import Logging
import MarketModel
import Server
import Storage
import Transport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow doctor`: is this machine fit to run, and if not, what to do.
enum DoctorCommand {
  static let declaration = Command(
    "doctor", summary: "check this machine and these settings, and say what to do",
    options: SettingKey.options([.host, .port, .dataDirectory]) + [.json],
    examples: [Command.Example("marketflow doctor", "before asking for help")])

  /// One thing looked at.
  struct Finding {
    var subject: String
    var isFine: Bool
    var words: String
  }

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let settings = try Settings.ofThisProcess(command: command)
    let findings = [libraries(), page(), dataFolder(settings), port(settings), clock(), descriptors()]
    if command.flag("json") {
      var json = JSONWriter()
      json.array { json in
        for finding in findings {
          json.object { json in
            json.field("subject", finding.subject)
            json.field("ok", finding.isFine)
            json.field("words", finding.words)
          }
        }
      }
      print(json.text)
    } else {
      for finding in findings { print("\(finding.isFine ? "ok  " : "FAIL") \(finding.subject): \(finding.words)") }
    }
    return findings.allSatisfy(\.isFine) ? .ok : .failure
  }

  private static func libraries() -> Finding {
    let versions = ComponentVersions.ofThisBuild
    return Finding(
      subject: "libraries", isFine: true,
      words: "marketflow \(versions.marketflow), Swift \(versions.swift), DuckDB \(versions.duckdb), "
        + "libwebsockets \(versions.libwebsockets), simdjson \(versions.simdjson)")
  }

  private static func page() -> Finding {
    guard let path = PageDirectory.find(environment: EnvironmentVariables.all, executable: PageDirectory.executable)
    else {
      return Finding(
        subject: "page", isFine: false,
        words: "files not found; set MARKETFLOW_WEB_DIRECTORY to the folder of index.html")
    }
    guard access(path + "/vendor/lightweight-charts.js", R_OK) == 0 else {
      return Finding(
        subject: "page", isFine: false, words: "\(path) has no vendor/lightweight-charts.js; run make setup")
    }
    return Finding(subject: "page", isFine: true, words: path)
  }

  private static func dataFolder(_ settings: Settings) -> Finding {
    let directory = DataDirectory(path: settings.dataDirectory)
    do {
      try directory.create()
      _ = try Store(StoreOptions(path: directory.database))
      return Finding(
        subject: "data folder", isFine: true, words: "\(directory.path) can be written, schema \(Store.schemaVersion)")
    } catch {
      return Finding(subject: "data folder", isFine: false, words: "\(error)")
    }
  }

  private static func port(_ settings: Settings) -> Finding {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(settings.port).bigEndian
    inet_pton(AF_INET, settings.host, &address.sin_addr)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    let name = "\(settings.host):\(settings.port)"
    if status == 0 { return Finding(subject: "port", isFine: true, words: "\(name) is free") }
    return Finding(
      subject: "port", isFine: false,
      words: "\(name): \(String(cString: strerror(errno))); stop what uses it, or give another --port")
  }

  private static func clock() -> Finding {
    let now = Timestamp(nanoseconds: SystemClock.wallNanoseconds)
    let isPlausible = now > Timestamp(newYork: MarketDate(daysSinceEpoch: 20_000), hour: 0, minute: 0)
    return Finding(
      subject: "clock", isFine: isPlausible,
      words: "\(now.rfc3339), in New York \(now.newYorkText)" + (isPlausible ? "" : "; set the system's clock"))
  }

  private static func descriptors() -> Finding {
    var limit = rlimit()
    #if os(Linux)
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    let isEnough = limit.rlim_cur >= 1024
    return Finding(
      subject: "open files", isFine: isEnough,
      words: "\(limit.rlim_cur) allowed" + (isEnough ? "" : "; raise it with ulimit -n 4096"))
  }
}
