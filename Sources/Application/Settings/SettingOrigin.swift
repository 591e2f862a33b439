/// Where a setting's value came from, weakest first.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
  case standard
  case file(String, line: Int, name: String)
  case environment(String)
  case flag(String)

  public var description: String {
    switch self {
    case .standard: "default"
    case .file(let file, let line, let name): "\(file):\(line) (\(name))"
    case .environment(let name): "environment (\(name))"
    case .flag(let name): "--\(name)"
    }
  }
}
