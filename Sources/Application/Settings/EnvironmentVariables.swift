#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The variables this process was started with.
enum EnvironmentVariables {
  static var all: [String: String] { ProcessInfo.processInfo.environment }
}
