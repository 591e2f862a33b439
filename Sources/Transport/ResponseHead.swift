#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The status line and headers of a response as bytes.
enum ResponseHead {
  static func bytes(for response: HTTPResponse, connection: StaticString?, date: [UInt8]) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(256)
    head.append("HTTP/1.1 ")
    head.append(number: response.status)
    head.append(" ")
    head.append(contentsOf: HTTPStatus.reason(response.status).utf8)
    head.append("\r\nDate: ")
    head.append(contentsOf: date)
    if let contentType = response.contentType {
      head.append("\r\nContent-Type: ")
      head.append(contentsOf: contentType.utf8)
    }
    if response.status != 204 && response.status != 304 {
      head.append("\r\nContent-Length: ")
      head.append(number: response.body.count)
    }
    if let connection {
      head.append("\r\nConnection: ")
      head.append(connection)
    }
    for (name, value) in response.headers {
      head.append("\r\n")
      head.append(contentsOf: name.utf8)
      head.append(": ")
      head.append(contentsOf: value.utf8)
    }
    head.append("\r\n\r\n")
    return head
  }
}

/// The `Date` header's value, made anew once a second.
struct DateHeader {
  private var second: time_t = -1
  private(set) var bytes: [UInt8] = []

  mutating func refresh() {
    let now = time(nil)
    guard now != second else { return }
    second = now
    var seconds = now
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
    bytes = Array("\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT".utf8)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString) { text.withUTF8Buffer { append(contentsOf: $0) } }

  fileprivate mutating func append(number: Int) {
    if number >= 10 { append(number: number / 10) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
