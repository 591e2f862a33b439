import MarketModel

/// How a live feed of Polygon (Massive) is followed.
public struct LiveSettings: Sendable, Equatable {
  public enum Feed: String, Sendable { case realtime, delayed }
  public enum Brand: String, Sendable { case massive, polygon }

  public let feed: Feed
  public let brand: Brand
  /// `http://host:port` or `https://host:port` of a place that speaks the vendor's protocol; nil for the vendor's own hosts.
  public let endpoint: String?
  /// PEM file; nil for the system's authorities.
  public let certificateAuthority: String?
  /// Whether the underlyings' own prints are followed on the stocks socket.
  public let followsStocks: Bool
  /// Strikes each side of the money.
  public let strikes: Int
  /// Contracts whose quotes are followed at most.
  public let quotedContracts: Int
  /// Prices to begin with, by underlying.
  public let defaultSpots: [String: Price]
  public let greeksSeconds: Int
  public let requestsPerMinute: Int

  init(_ reader: SettingReader) throws(SettingsError) {
    feed = Feed(rawValue: reader.text(.polygonFeed)) ?? .realtime
    brand = Brand(rawValue: reader.text(.polygonBrand)) ?? .massive
    endpoint = try reader.endpoint()
    certificateAuthority = reader.values[.certificateAuthority]?.text
    followsStocks = reader.boolean(.stocksStream)
    strikes = reader.integer(.strikes)
    quotedContracts = reader.integer(.quotedContracts)
    defaultSpots = try reader.defaultSpots()
    greeksSeconds = reader.integer(.greeksSeconds)
    requestsPerMinute = reader.integer(.requestsPerMinute)
  }

  /// Where the sockets are, without the cluster's path: `wss://socket.massive.com`.
  public var socketBase: String {
    if let endpoint {
      let isSecure = endpoint.hasPrefix("https")
      return (isSecure ? "wss" : "ws") + endpoint.dropFirst(isSecure ? 5 : 4)
    }
    return "wss://\(feed == .realtime ? "socket" : "delayed").\(domain)"
  }

  /// Where REST is: `https://api.massive.com`.
  public var restBase: String { endpoint ?? "https://api.\(domain)" }

  private var domain: String {
    switch brand {
    case .massive: "massive.com"
    case .polygon: "polygon.io"
    }
  }
}

extension SettingReader {
  /// `http://host[:port]` or `https://host[:port]`, a trailing slash is taken off.
  fileprivate func endpoint() throws(SettingsError) -> String? {
    guard let value = values[.polygonEndpoint] else { return nil }
    var text = value.text
    while text.hasSuffix("/") { text.removeLast() }
    let host = text.hasPrefix("http://") ? text.dropFirst(7) : text.hasPrefix("https://") ? text.dropFirst(8) : ""
    guard !host.isEmpty, !host.contains("/"), !host.contains("@"), !host.contains("?") else {
      throw SettingsError(
        "polygon_endpoint is \(value.text) (from \(value.origin)), wanted http://host:port or https://host:port "
          + "without a path; marketflow simulate prints its own")
    }
    return text
  }

  /// `{"SPY":600,"QQQ":510.5}`.
  fileprivate func defaultSpots() throws(SettingsError) -> [String: Price] {
    guard let value = values[.defaultSpots] else { return [:] }
    var spots: [String: Price] = [:]
    let inner = value.text.filter { !$0.isWhitespace && $0 != "\"" }
    let isObject = inner.hasPrefix("{") && inner.hasSuffix("}")
    for pair in isObject ? inner.dropFirst().dropLast().split(separator: ",") : [] {
      let parts = pair.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let number = Double(parts[1]), number > 0, number < 1e6 else {
        continue
      }
      spots[parts[0].uppercased()] = Price(micros: Int64((number * 1e6).rounded()))
    }
    guard isObject, !spots.isEmpty, spots.count == inner.split(separator: ",").count else {
      throw SettingsError(
        "default_spots is \(value.text) (from \(value.origin)), wanted prices by underlying as {\"SPY\":600,\"QQQ\":510.5}"
      )
    }
    return spots
  }
}
