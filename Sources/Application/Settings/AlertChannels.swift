import Alerting
import Foundation

/// The channels that alerts are sent to, from the file that the settings name.
struct AlertChannels {
  let all: [ChannelConfiguration]

  /// - Parameter path: nil when no file is named; then there is the console alone.
  /// - Throws: with every problem of the file, without secrets.
  init(path: String?, environment: [String: String], file: DotEnv?) throws(SettingsError) {
    guard let path else {
      all = [ChannelFile.console]
      return
    }
    let bytes: [UInt8]
    do { bytes = Array(try Data(contentsOf: URL(filePath: path))) } catch {
      throw SettingsError("alert_channels: \(path) cannot be read: \(error.localizedDescription)")
    }
    do {
      all = try ChannelFile.channels(bytes, file: path) { name in
        environment[name] ?? file?.assignments[name]?.value
      }
    } catch {
      throw SettingsError(problems: error.lines)
    }
  }

  /// Those of this process's settings.
  init(_ command: ParsedCommand) throws(SettingsError) {
    let environment = EnvironmentVariables.all
    let file = try DotEnv.ifPresent(at: ".env")
    let values = SettingValues(command: command, environment: environment, file: file)
    guard values.problems.isEmpty else { throw SettingsError(problems: values.problems) }
    try self.init(path: values[.alertChannels]?.text, environment: environment, file: file)
  }
}
