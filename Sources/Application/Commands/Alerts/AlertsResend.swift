import Alerting
import Clocks
import Foundation
import JSONText
import MarketModel
import Storage

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// `marketflow alerts resend`: through the server that holds the alerts, or directly when nobody does.
enum AlertsResend {
  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let channel = command.text("channel")
    let id = command.integer("id")
    let count: Int
    var isServed = false
    do {
      let session = try AlertsCommand.openOutbox(command)
      count = try DeliveryTable.resend(
        channel: channel, id: id.map { Int64($0) }, on: session,
        now: Timestamp(nanoseconds: SystemClock.wallNanoseconds))
    } catch let StorageError.locked(path, holder) {
      isServed = true
      count = try ask(try server(command, path: path, holder: holder), channel: channel, id: id)
    }
    if command.flag("json") {
      var json = JSONWriter()
      json.object { $0.field("queued", count) }
      print(json.text)
    } else {
      let next = isServed || count == 0 ? "" : "; the next serve sends them, or `marketflow alerts send` now"
      print("\(count) messages are queued again\(next)")
    }
    return .ok
  }

  private static func server(_ command: ParsedCommand, path: String, holder: String) throws -> String {
    let directory = try DataDirectory(command)
    let database = command.flag("demo") ? directory.demoDatabase : directory.database
    guard let url = ServerAddress(database: database).read() else {
      throw ServeError("\(path) is in use (\(holder)), and no server has left its address; stop that process")
    }
    return url
  }

  /// Asks a running server.
  /// - Returns: how many messages it has put back.
  private static func ask(_ url: String, channel: String?, id: Int?) throws -> Int {
    guard let server = ServerRequest(url: url, subject: "alerts") else {
      throw ServerError(description: "alerts: \(url) is no address of a server")
    }
    var body = JSONWriter()
    body.object { json in
      if let channel { json.field("channel", channel) }
      if let id { json.field("id", id) }
    }
    let (data, response) = try server.send(
      "/alerts/deliveries/resend", method: "POST", body: body.bytes, Interruption())
    guard response.statusCode == 200 else {
      let words = ServerRequest.detail(of: data) ?? "no reason"
      throw ServerError(description: "alerts: server \(url) answers \(response.statusCode): \(words)")
    }
    struct Answer: Decodable { var queued: Int }
    do { return try JSONDecoder().decode(Answer.self, from: data).queued } catch {
      throw ServerError(description: "alerts: server \(url) answers without a number; is it another version?")
    }
  }
}
