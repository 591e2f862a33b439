import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folder of the databases, made when it is not there.
struct DataDirectory {
  let path: String

  /// What real sources said.
  var database: String { "\(path)/marketflow.duckdb" }
  /// The invented market has a file of its own: none of its rows can be taken for a real one.
  var demoDatabase: String { "\(path)/demo.duckdb" }
  /// What people were told and what they made of it, of real sources and of the invented market: `rebuild` leaves them alone.
  var alerts: String { "\(path)/alerts.duckdb" }
  var demoAlerts: String { "\(path)/demo-alerts.duckdb" }
  /// What was fetched of the vendor's history.
  var cache: String { "\(path)/cache" }
  /// The record of what came in.
  var journal: String { "\(path)/journal" }

  /// The Parquet lake of real sources, and that of the invented market, when somebody wants one.
  var lake: String { "\(path)/raw/flow" }
  var demoLake: String { "\(path)/demo/raw/flow" }

  init(path: String) { self.path = path }

  /// Where data are kept unless somebody says otherwise.
  static let standard = standard(executable: PageDirectory.executable, environment: EnvironmentVariables.all)

  /// `data` of the folder the program is started in; an installed program is started from anywhere and keeps the user's data where
  /// the desktop's rules want them (`$XDG_DATA_HOME`, else `~/.local/share`).
  static func standard(executable: String?, environment: [String: String]) -> String {
    guard let executable, PageDirectory.isInstalled(executable) else { return "data" }
    if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/marketflow" }
    if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/share/marketflow" }
    return "data"
  }

  /// The folder that a command means, after flags, environment and `.env`.
  init(_ command: ParsedCommand) throws(SettingsError) {
    let values = SettingValues(
      command: command, environment: EnvironmentVariables.all, file: try DotEnv.ifPresent(at: ".env"))
    guard let path = values[.dataDirectory]?.text, !path.isEmpty else {
      throw SettingsError("data_directory is empty, wanted a folder")
    }
    self.path = path
  }

  func create() throws(ServeError) {
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
      throw ServeError("data folder \(path) is a file, not a folder; name another --data-dir")
    }
    do throws(FileError) { try Folder.make(path) } catch {
      throw ServeError("data folder \(error); name another --data-dir")
    }
    guard access(path, W_OK) == 0 else {
      throw ServeError("data folder \(FileError(path: path, action: "written")); name another --data-dir")
    }
  }
}

/// Why the server could not come up, in words.
struct ServeError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
