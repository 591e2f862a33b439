import Feeds
import Server
import Storage
import Transport

/// The program's own version (semantic versioning).
public let marketFlowVersion = "0.1.0"

extension ComponentVersions {
  /// What this build is made of.
  static var ofThisBuild: ComponentVersions {
    #if compiler(>=6.4)
      let swift = "6.4 or later"
    #elseif compiler(>=6.3)
      let swift = "6.3"
    #else
      let swift = "6.2"
    #endif
    return ComponentVersions(
      marketflow: marketFlowVersion, swift: swift, duckdb: Store.duckdbVersion,
      libwebsockets: HTTPServer.libraryVersion,
      simdjson: PolygonDecoder.parserVersion)
  }
}
