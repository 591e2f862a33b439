import Foundation
import Transport

/// A MarketFlow that serves already where another one is about to be started.
struct RunningServer: Equatable {
  var url: String
  var version: String
  /// As `/health` names it: demo, replay, live …
  var mode: String

  private static let patienceSeconds = 3.0

  /// Nil where none is, or something else; also when a recording is to be played, which the one that runs does not.
  static func find(for settings: Settings) -> RunningServer? {
    switch settings.source {
    case .demo, .polygon: settings.port == 0 ? nil : find(host: settings.host, port: Int(settings.port))
    case .replay, .replayDay: nil
    }
  }

  /// Asks whoever listens there whether it is one.
  static func find(host: String, port: Int) -> RunningServer? {
    struct Health: Decodable {
      struct Versions: Decodable { var marketflow: String }
      var mode: String
      var versions: Versions
    }
    let url = HTTPServer.url(host: host, port: port)
    do {
      let answer = try ServerRequest(url: url, subject: "serve")?.send("/health", timeoutSeconds: patienceSeconds)
      guard let answer else { return nil }
      let health = try JSONDecoder().decode(Health.self, from: answer.data)
      return RunningServer(url: url, version: health.versions.marketflow, mode: health.mode)
    } catch {
      // Nobody, or a stranger: the start itself says what is wrong with the port.
      return nil
    }
  }
}
