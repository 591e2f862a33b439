import JSONText

/// A control message of the vendor: an array of status events.
struct StatusFrame: Equatable {
  enum Word: String {
    case connected
    case authSuccess = "auth_success"
    case authFailed = "auth_failed"
    case authTimeout = "auth_timeout"
    case authRequired = "auth_required"
    case maxConnections = "max_connections"
    case forceDisconnect = "force_disconnect"
    case slowConsumer = "slow_consumer"
    case success
    case error
  }

  struct Status: Equatable {
    var word: Word
    var message: String

    init(_ word: Word, _ message: String) {
      self.word = word
      self.message = message
    }
  }

  var statuses: [Status]

  init(_ statuses: [Status]) { self.statuses = statuses }
  init(_ word: Word, _ message: String) { statuses = [Status(word, message)] }

  var bytes: [UInt8] {
    var json = JSONWriter()
    json.array { json in
      for status in statuses {
        json.object { json in
          json.field("ev", "status")
          json.field("status", status.word.rawValue)
          json.field("message", status.message)
        }
      }
    }
    return json.bytes
  }
}
