import CCurl
import Clocks

/// Transfers side by side on one thread: a slow receiver holds nobody up. Only `wake` may be called from other threads.
final class TransferLoop: @unchecked Sendable {
  private let multi: UnsafeMutableRawPointer
  private var running: [Int64: Transfer] = [:]
  /// Transfers that could not even begin.
  private var stillborn: [(ticket: Int64, outcome: SendOutcome)] = []

  /// Initialised once for the process; libcurl counts.
  private static let isInitialized: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  init() {
    guard TransferLoop.isInitialized, let multi = curl_multi_init() else {
      preconditionFailure("TransferLoop: libcurl cannot be initialised (out of memory?)")
    }
    self.multi = multi
  }

  deinit {
    for transfer in running.values { curl_multi_remove_handle(multi, transfer.handle) }
    curl_multi_cleanup(multi)
  }

  func start(_ post: HTTPPost, ticket: Int64, channel: ChannelConfiguration) {
    begin(Transfer(ticket: ticket, channel: channel, isMail: false), ticket) { $0.prepare(post) }
  }

  func start(_ mail: OutboundMail, ticket: Int64, channel: ChannelConfiguration) {
    begin(Transfer(ticket: ticket, channel: channel, isMail: true), ticket) { $0.prepare(mail) }
  }

  private func begin(_ transfer: Transfer?, _ ticket: Int64, _ prepare: (Transfer) -> Void) {
    guard let transfer else { return fail(ticket) }
    prepare(transfer)
    guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else { return fail(ticket) }
    running[ticket] = transfer
  }

  private func fail(_ ticket: Int64) {
    stillborn.append(
      (ticket, .failed(SendFailure(words: "libcurl cannot begin (out of memory?)", speaksOfOutage: false))))
  }

  /// Waits for the sockets, or to be woken, so long at most.
  func wait(milliseconds: Int32) {
    var ready: Int32 = 0
    _ = curl_multi_poll(multi, nil, 0, milliseconds, &ready)
  }

  /// Ends a `wait`, the next one if there is none. Any thread.
  func wake() { curl_multi_wakeup(multi) }

  /// Goes on with what can go on, and gives out what has ended.
  func advance() -> [(ticket: Int64, outcome: SendOutcome)] {
    var active: Int32 = 0
    _ = curl_multi_perform(multi, &active)
    var ended = stillborn
    stillborn = []
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let transfer = running.values.first(where: { $0.handle == handle })
      else { continue }
      let result = message.pointee.data.result
      let outcome = transfer.outcome(result, now: SystemClock.wallNanoseconds / 1_000_000_000)
      curl_multi_remove_handle(multi, handle)
      running[transfer.ticket] = nil
      ended.append((transfer.ticket, outcome))
    }
    return ended
  }
}
