import Foundation
import Server
import Transport

/// A MarketFlow that serves already where another one is about to be started.
struct RunningServer: Equatable {
  var url: String
  var version: String
  /// As `/health` names it: demo, replay, live …
  var mode: String

  private static let patienceSeconds = 3.0

  /// Nil where none is, or something else; also when a recording is to be played, which the one that runs does not, or a live feed
  /// is wanted and that one has none: nothing would be recorded.
  static func find(for settings: Settings) -> RunningServer? {
    let isLiveWanted: Bool
    switch settings.source {
    case .demo: isLiveWanted = false
    case .polygon: isLiveWanted = true
    case .replay, .replayDay: return nil
    }
    guard settings.port != 0, let running = find(host: settings.host, port: Int(settings.port)) else { return nil }
    return running.isLive || !isLiveWanted ? running : nil
  }

  private var isLive: Bool {
    switch HealthFacts.Mode(rawValue: mode) {
    case .live, .delayed, .endpoint: true
    case .demo, .replay, nil: false
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
