import CCurl
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One POST or mail under way. Owned by the thread of its `TransferLoop`.
final class Transfer {
  let ticket: Int64
  let handle: UnsafeMutableRawPointer
  private let isMail: Bool
  private let allowsPrivateAddresses: Bool
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private var outgoing: [UInt8] = []
  private var sent = 0
  private var reply: [UInt8] = []
  private var retryAfter: String?
  /// The guard refused the address.
  private var isGuarded = false

  /// Longest answer that is kept; the rest is read and dropped.
  private static let replyBytes = 16_384

  /// - Returns: nil when libcurl has no memory.
  init?(ticket: Int64, channel: ChannelConfiguration, isMail: Bool) {
    guard let handle = curl_easy_init() else { return nil }
    self.ticket = ticket
    self.handle = handle
    self.isMail = isMail
    allowsPrivateAddresses = channel.allowsPrivateAddresses
    let own = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_pointer(handle, CURLOPT_PRIVATE, own)
    ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, channel.timeoutMilliseconds)
    ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, channel.timeoutMilliseconds)
    ccurl_set_text(handle, CURLOPT_PROTOCOLS_STR, isMail ? "smtp,smtps" : "http,https")
    ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    // A proxy of the environment would look up the address itself, behind the guard's back.
    ccurl_set_text(handle, CURLOPT_PROXY, "")
    ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
    ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
    ccurl_set_long(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let file = channel.certificateAuthority { ccurl_set_text(handle, CURLOPT_CAINFO, file) }
    ccurl_set_open_socket(handle, Transfer.openSocket)
    ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, own)
    ccurl_set_bytes_callback(handle, CURLOPT_WRITEFUNCTION, Transfer.receive)
    ccurl_set_pointer(handle, CURLOPT_WRITEDATA, own)
  }

  deinit {
    curl_easy_cleanup(handle)
    for list in lists { curl_slist_free_all(list) }
  }

  // MARK: What is sent

  func prepare(_ post: HTTPPost) {
    let own = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_text(handle, CURLOPT_URL, post.address.reveal())
    ccurl_set_text(handle, CURLOPT_USERAGENT, "marketflow")
    // No "Expect: 100-continue", which costs a second where nobody answers it.
    let headers = [("Content-Type", post.contentType), ("Expect", "")] + post.headers.map { ($0.name, $0.value) }
    ccurl_set_list(handle, CURLOPT_HTTPHEADER, list(headers.map { $1.isEmpty ? "\($0):" : "\($0): \($1)" }))
    if let user = post.user, let password = post.password {
      ccurl_set_long(handle, CURLOPT_HTTPAUTH, Transfer.basicAuthentication)
      ccurl_set_text(handle, CURLOPT_USERNAME, user)
      ccurl_set_text(handle, CURLOPT_PASSWORD, password.reveal())
    }
    ccurl_set_long(handle, CURLOPT_POST, 1)
    ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(post.body.count))
    post.body.withUnsafeBufferPointer { body in
      body.withMemoryRebound(to: CChar.self) { text in
        if let start = text.baseAddress { ccurl_set_text(handle, CURLOPT_COPYPOSTFIELDS, start) }
      }
    }
    ccurl_set_bytes_callback(handle, CURLOPT_HEADERFUNCTION, Transfer.readHeader)
    ccurl_set_pointer(handle, CURLOPT_HEADERDATA, own)
  }

  func prepare(_ mail: OutboundMail) {
    let account = mail.account
    let scheme = account.encryption == .tls ? "smtps" : "smtp"
    ccurl_set_text(handle, CURLOPT_URL, "\(scheme)://\(account.host):\(account.port)")
    let level = account.encryption == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
    ccurl_set_long(handle, CURLOPT_USE_SSL, Int(level.rawValue))
    if let user = account.user, let password = account.password {
      ccurl_set_text(handle, CURLOPT_USERNAME, user)
      ccurl_set_text(handle, CURLOPT_PASSWORD, password.reveal())
    }
    ccurl_set_text(handle, CURLOPT_MAIL_FROM, "<\(MailAddress.bare(account.from))>")
    ccurl_set_list(handle, CURLOPT_MAIL_RCPT, list(account.to.map { "<\(MailAddress.bare($0))>" }))
    outgoing = mail.bytes
    ccurl_set_long(handle, CURLOPT_UPLOAD, 1)
    ccurl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(outgoing.count))
    ccurl_set_bytes_callback(handle, CURLOPT_READFUNCTION, Transfer.supply)
    ccurl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
  }

  /// A list that lives as long as the transfer.
  private func list(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts { list = curl_slist_append(list, text) ?? list }
    if let list { lists.append(list) }
    return list
  }

  private static let basicAuthentication = 1

  // MARK: How it ended

  /// - Parameter now: seconds since 1970.
  func outcome(_ result: CURLcode, now: Int64) -> SendOutcome {
    if isGuarded, result != CURLE_OK {
      return .failed(
        SendFailure(
          words: "its host has an address of this machine or of a private network; allow_private_address permits it",
          isPermanent: true, speaksOfOutage: false))
    }
    let status = Int(ccurl_response_code(handle))
    let words = String(cString: curl_easy_strerror(result))
    if isMail { return result == CURLE_OK ? .delivered : mailFailure(result, status: status, words: words) }
    if result == CURLE_OK { return ReplyVerdict.of(status: status, body: reply, retryAfter: retryAfter, now: now) }
    let isHopeless = [CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_SSL_CACERT_BADFILE].contains(result)
    return .failed(SendFailure(words: words, isPermanent: isHopeless, speaksOfOutage: !isHopeless))
  }

  /// The status is of the last answer: a connection that broke after a good one says nothing about the message.
  private func mailFailure(_ result: CURLcode, status: Int, words: String) -> SendOutcome {
    ReplyVerdict.ofMail(status: status >= 400 ? status : 0, words: words)
  }

  // MARK: libcurl's calls

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let openSocket:
    @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t = {
      context, _, address in
      guard let transfer = Transfer.transfer(context), let address else { return -1 }
      let isAllowed =
        transfer.allowsPrivateAddresses
        || withUnsafePointer(to: &address.pointee.addr) {
          PublicAddress.isPublic($0)
        }
      guard isAllowed else {
        transfer.isGuarded = true
        return -1
      }
      let descriptor = socket(address.pointee.family, address.pointee.socktype, address.pointee.protocol)
      // Programs that a channel starts must not inherit it.
      if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      return descriptor
    }

  private typealias BytesCallback =
    @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

  private static let receive: BytesCallback = { bytes, size, count, context in
    guard let transfer = Transfer.transfer(context), let bytes else { return 0 }
    let room = max(0, Transfer.replyBytes - transfer.reply.count)
    UnsafeBufferPointer(start: bytes, count: min(room, size * count)).withMemoryRebound(to: UInt8.self) {
      transfer.reply.append(contentsOf: $0)
    }
    return size * count
  }

  private static let readHeader: BytesCallback = { bytes, size, count, context in
    guard let transfer = Transfer.transfer(context), let bytes else { return 0 }
    let line = UnsafeBufferPointer(start: bytes, count: size * count).withMemoryRebound(to: UInt8.self) {
      String(decoding: $0, as: UTF8.self)
    }
    if let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "retry-after" {
      transfer.retryAfter = String(line[line.index(after: colon)...])
    }
    return size * count
  }

  private static let supply: BytesCallback = { bytes, size, count, context in
    guard let transfer = Transfer.transfer(context), let bytes else { return 0 }
    let next = transfer.outgoing[transfer.sent...].prefix(size * count)
    next.withUnsafeBytes { source in
      if let start = source.baseAddress {
        UnsafeMutableRawPointer(bytes).copyMemory(from: start, byteCount: source.count)
      }
    }
    transfer.sent += next.count
    return next.count
  }
}

/// `Desk <desk@example.com>` or the address alone.
enum MailAddress {
  static func bare(_ text: String) -> String {
    guard let open = text.lastIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else { return text }
    return String(text[text.index(after: open)..<close])
  }
}
