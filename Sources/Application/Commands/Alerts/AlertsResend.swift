import Alerting
import Clocks
import Foundation
import JSONText
import MarketModel
import Rings
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
    guard let address = URL(string: url + "/alerts/deliveries/resend") else {
      throw ServerError(description: "alerts: \(url) is no address of a server")
    }
    var body = JSONWriter()
    body.object { json in
      if let channel { json.field("channel", channel) }
      if let id { json.field("id", id) }
    }
    var request = URLRequest(url: address, timeoutInterval: 30)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(body.bytes)
    let answer = try answer(to: request, url)
    guard answer.status == 200 else {
      throw ServerError(description: "alerts: server \(url) answers \(answer.status): \(answer.words("detail"))")
    }
    guard let count = Int(answer.words("queued")) else {
      throw ServerError(description: "alerts: server \(url) answers without a number; is it another version?")
    }
    return count
  }

  private struct Answer {
    var status: Int
    var body: [UInt8]

    /// A member of the answer as text; empty when there is none.
    func words(_ member: String) -> String {
      let value: JSONValue
      do { value = try JSONValue.parse(body) } catch { return "" }
      guard case .object(let members) = value else { return "" }
      switch members[member] {
      case .text(let text), .number(let text): return text
      default: return ""
      }
    }
  }

  private static func answer(to request: URLRequest, _ url: String) throws -> Answer {
    let session = URLSession(configuration: .ephemeral)
    defer { session.invalidateAndCancel() }
    let result = AsyncWait.result { () async -> Result<Answer, any Error> in
      do {
        let (data, response) = try await session.data(for: request)
        return .success(Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: Array(data)))
      } catch {
        return .failure(error)
      }
    }
    do { return try result.get() } catch {
      throw ServerError(
        description: "alerts: server \(url) does not answer: \(error.localizedDescription); is it still running?")
    }
  }
}
