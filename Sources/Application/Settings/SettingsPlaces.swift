#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Settings {
  /// The settings of this process: the command's options, the process's environment and the `.env` file of the working folder.
  public static func ofThisProcess(command: ParsedCommand?, envFile: String = ".env") throws(SettingsError) -> Settings
  {
    try Settings(
      command: command, environment: ProcessInfo.processInfo.environment, file: try DotEnv.ifPresent(at: envFile))
  }
}

extension DotEnv {
  /// The file's assignments; nil when there is no such file, an error when there is one and it cannot be read.
  public static func ifPresent(at path: String) throws(SettingsError) -> DotEnv? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text: String
    do {
      text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    } catch {
      throw SettingsError("\(path): cannot be read as UTF-8 text: \(error)")
    }
    return try DotEnv(file: path, text: text)
  }
}
