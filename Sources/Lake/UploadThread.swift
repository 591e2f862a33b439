import Clocks
import Logging
import Rings
import Synchronization

/// Uploads on a thread of its own, so that a bucket out of reach holds nobody up.
final class UploadThread: Sendable {
  private let loop: Mutex<UploadLoop?>
  private let thread = Mutex<WorkerThread?>(nil)
  private let signals = LakeSignals()

  private static let tickMilliseconds: Int32 = 2_000

  init(_ options: LakeOptions, _ place: S3Place, status: LakeStatus, log: Log) throws(LakeError) {
    let uploader = try Uploader(
      folder: try LakeFolder(options.directory), place: place, memoryLimitMegabytes: options.memoryLimitMegabytes)
    status.update { $0.report.uploads = LakeStatus.Uploads(place: place.url) }
    loop = Mutex(UploadLoop(uploader, growsSeconds: options.uploadSeconds, status: status, log: log))
  }

  func start() {
    thread.withLock { thread in
      nonisolated(unsafe) let loop = self.loop.withLock { $0 }
      let signals = signals
      thread = WorkerThread("lake upload", .patient) {
        while !signals.isClosing {
          loop?.round(isClosing: false) { signals.isClosing }
          signals.bell.wait(milliseconds: UploadThread.tickMilliseconds) { signals.isClosing }
        }
        let deadline = SystemClock.monotonicNanoseconds + LakeWriter.closeNanoseconds
        loop?.close { SystemClock.monotonicNanoseconds >= deadline }
      }
    }
  }

  /// After the lake's own thread has ended, so that its last parts are uploaded, too.
  func close() {
    signals.close()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
    loop.withLock { $0 = nil }
  }
}

/// The work of the upload thread.
final class UploadLoop {
  private let uploader: Uploader
  private let growsNanoseconds: Int64
  private let status: LakeStatus
  private let log: Log
  private var triesAgain: Int64 = 0
  private var failures = 0
  private var waitingSince: Int64 = 0
  private var lastUploaded: [Uploader.Hour: Int64] = [:]

  init(_ uploader: Uploader, growsSeconds: Int, status: LakeStatus, log: Log) {
    self.uploader = uploader
    growsNanoseconds = Int64(growsSeconds) * 1_000_000_000
    self.status = status
    self.log = log
  }

  /// The last round, and a line about what it leaves.
  /// - Parameter isStopped: asked between two days and two objects.
  func close(until isStopped: () -> Bool) {
    round(isClosing: true, until: isStopped)
    let waiting = status.report.uploads?.waiting ?? 0
    if waiting > 0 {
      log.info("lake", "\(waiting == 1 ? "1 object waits" : "\(waiting) objects wait") for the next start")
    }
  }

  /// Uploads what differs, one object after the other, until one fails.
  /// - Parameters:
  ///   - isClosing: also the hour that is still growing; nothing when the bucket was out of reach a moment ago.
  ///   - isStopped: asked between two days and two objects.
  func round(isClosing: Bool, until isStopped: () -> Bool) {
    let now = SystemClock.monotonicNanoseconds
    if isClosing ? failures > 0 : now < triesAgain { return }
    do {
      var left = try uploader.differences(isDue: { isClosing || isDue($0, now) }, until: isStopped)
      // Stopped before all days were looked at, it knows less than the round before.
      note(waiting: isStopped() ? max(left.count, status.report.uploads?.waiting ?? 0) : left.count)
      while !left.isEmpty, !isStopped() {
        let next = left.removeFirst()
        try uploader.upload(next)
        lastUploaded[next.hour] = SystemClock.monotonicNanoseconds
        status.update { state in
          state.report.uploads?.uploaded += 1
          state.report.uploads?.lastUpload = SystemClock.wallNanoseconds
        }
        note(waiting: left.count)
      }
      succeed()
    } catch { fail(error) }
  }

  /// Whether the hour that is still growing is uploaded anew.
  private func isDue(_ hour: Uploader.Hour, _ now: Int64) -> Bool {
    guard let last = lastUploaded[hour] else { return true }
    return now - last >= growsNanoseconds
  }

  private func note(waiting: Int) {
    if waiting == 0 { waitingSince = 0 } else if waitingSince == 0 { waitingSince = SystemClock.monotonicNanoseconds }
    let since = waitingSince
    status.update { state in
      state.report.uploads?.waiting = waiting
      state.uploadsWaitingSince = since
    }
  }

  private func succeed() {
    if failures > 0 { log.info("lake", "uploading again") }
    failures = 0
    triesAgain = 0
    status.update { $0.report.uploads?.error = nil }
  }

  private func fail(_ error: LakeError) {
    // A part that compaction replaced between looking and reading: the next round sees its successor.
    let text = error.description
    if text.contains("No such file") || text.contains("No files found") { return }
    failures += 1
    triesAgain = SystemClock.monotonicNanoseconds + LakeLoop.pause(failures)
    if status.report.uploads?.error != text { log.error("lake", "cannot upload, objects wait: \(text)") }
    status.update { $0.report.uploads?.error = text }
  }
}
