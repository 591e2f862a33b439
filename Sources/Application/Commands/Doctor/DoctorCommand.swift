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
    discussion:
      "With --provider polygon it also asks the vendor: is it reached, does it know the key, what does the plan hold, "
      + "do the clocks agree, is another connection of the account open.",
    options: SettingKey.options([
      .provider, .demoMode, .symbols, .polygonFeed, .polygonBrand, .polygonEndpoint, .certificateAuthority,
      .stocksStream,
      .host, .port, .dataDirectory, .webDirectory,
    ]) + [.json],
    examples: [
      Command.Example("marketflow doctor", "before asking for help"),
      Command.Example("marketflow doctor --provider polygon", "why live data do not come"),
    ])

  /// One thing looked at.
  struct Finding {
    var subject: String
    var isFine: Bool
    var words: String
  }

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let settings = try Settings.ofThisProcess(command: command)
    let data = dataFolder(settings)
    var findings = [
      libraries(), page(settings), data.finding, port(settings, isRunning: data.isInUse), clock(), descriptors(),
    ]
    if case .polygon(let key) = settings.source {
      findings += VendorCheck(
        feed: try ServeSource.liveFeed(settings, key: key), log: Log(minimumLevel: .error, format: settings.logFormat)
      ).findings()
    }
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

  private static func page(_ settings: Settings) -> Finding {
    guard
      let path = settings.webDirectory ?? PageDirectory.find(executable: PageDirectory.executable),
      access(path + "/index.html", R_OK) == 0
    else {
      let place = settings.webDirectory.map { "no index.html in \($0)" } ?? "files not found"
      return Finding(
        subject: "page", isFine: false,
        words: "\(place); set \(SettingKey.webDirectory.environment) or --web-dir to the folder of index.html")
    }
    guard access(path + "/vendor/lightweight-charts.js", R_OK) == 0 else {
      return Finding(
        subject: "page", isFine: false, words: "\(path) has no vendor/lightweight-charts.js; run make setup")
    }
    return Finding(subject: "page", isFine: true, words: path)
  }

  /// Looks without leaving anything behind: a folder or database that is not there is made by `serve`, not here.
  static func dataFolder(_ settings: Settings) -> (finding: Finding, isInUse: Bool) {
    func finding(_ isFine: Bool, _ words: String) -> (Finding, Bool) {
      (Finding(subject: "data folder", isFine: isFine, words: words), false)
    }
    let directory = DataDirectory(path: settings.dataDirectory)
    let existing = nearestExisting(directory.path)
    guard access(existing, W_OK | X_OK) == 0, isFolder(existing) else {
      let reason = isFolder(existing) ? String(cString: strerror(errno)) : "not a folder"
      return finding(false, "\(directory.path) cannot be written: \(existing): \(reason); name another --data-dir")
    }
    guard existing == directory.path else { return finding(true, "\(directory.path) is not there yet and can be made") }
    let databases: [String] = [directory.database, directory.demoDatabase].filter { path in access(path, F_OK) == 0 }
    guard !databases.isEmpty else { return finding(true, "\(directory.path) can be written; no database yet") }
    for path in databases {
      do throws(StorageError) {
        _ = try Store(StoreOptions(path: path))
      } catch {
        return database(error)
      }
    }
    return finding(true, "\(directory.path) can be written; its databases open, schema \(Store.schemaVersion)")
  }

  /// What it means that the database does not open: that somebody uses it is no fault.
  static func database(_ error: StorageError) -> (finding: Finding, isInUse: Bool) {
    guard case .locked(let path, let holder) = error else {
      return (Finding(subject: "data folder", isFine: false, words: "\(error)"), false)
    }
    let words = "\(path) is in use by another process (\(holder)): a marketflow is running"
    return (Finding(subject: "data folder", isFine: true, words: words), true)
  }

  private static func nearestExisting(_ path: String) -> String {
    var path = Substring(path)
    while access(String(path), F_OK) != 0 {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      path = path[..<slash]
      if path.isEmpty { return "/" }
    }
    return String(path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// - Parameter isRunning: a marketflow has the database open; the port is probably its.
  static func port(_ settings: Settings, isRunning: Bool) -> Finding {
    let name = "\(settings.host):\(settings.port)"
    func finding(_ isFine: Bool, _ words: String) -> Finding {
      Finding(subject: "port", isFine: isFine, words: "\(name): \(words)")
    }
    var wanted = addrinfo()
    wanted.ai_flags = AI_NUMERICHOST | AI_PASSIVE
    #if canImport(Glibc)
      wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      wanted.ai_socktype = SOCK_STREAM
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    let host = settings.host == "localhost" ? "127.0.0.1" : settings.host
    guard getaddrinfo(host, String(settings.port), &wanted, &found) == 0, let address = found?.pointee else {
      return finding(false, "not a numeric address; wanted one as 127.0.0.1 or ::1 for --host")
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.ai_family, address.ai_socktype, 0)
    guard descriptor >= 0 else { return finding(false, "no socket: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    if bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return finding(true, "free") }
    let reason = errno
    if reason == EADDRINUSE, isRunning { return finding(true, "in use, as it should be while a marketflow is running") }
    return finding(false, "\(String(cString: strerror(reason))); stop what uses it, or give another --port")
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
