import Clocks
import Logging
import Rings
import Storage
import Synchronization

/// Keeps a Parquet lake of a store's prints, on a thread of its own that reads the store beside its writer; and a copy of the
/// lake in a bucket, on another. Nobody waits for either: what they have not done yet waits in the store and in the lake.
///
///     let lake = try LakeWriter(LakeOptions(directory: "data/raw/flow"), store: store, log: log)
///     lake.start()
///     …
///     try writer.close(finished: true)
///     lake.close()
public final class LakeWriter: Sendable {
  public let status = LakeStatus()

  private let loop: Mutex<LakeLoop?>
  private let thread = Mutex<WorkerThread?>(nil)
  private let uploads: UploadThread?
  private let signals = LakeSignals()

  /// How often the lake looks into the store.
  private static let tickMilliseconds: Int32 = 250
  /// How long a stop goes on writing, and then uploading.
  static let closeNanoseconds: Int64 = 10_000_000_000
  private let interruptCompaction: @Sendable () -> Void

  /// Makes the folders and the connections; reads and writes nothing yet.
  /// - Parameter isStoreBusy: whether the store's writer has its hands full; asked on the lake's thread.
  /// - Throws: `.file`, `.storage`, and for a bucket `.noExtension`, `.bucket`.
  public init(
    _ options: LakeOptions, store: Store, isStoreBusy: @escaping @Sendable () -> Bool = { false }, log: Log = Log()
  ) throws(LakeError) {
    let created = try LakeLoop(options, store: store, status: status, isStoreBusy: isStoreBusy, log: log)
    interruptCompaction = created.interruptCompaction
    loop = Mutex(created)
    if let bucket = options.bucket {
      uploads = try UploadThread(options, bucket, status: status, log: log)
    } else {
      uploads = nil
    }
  }

  /// Starts both threads. Once.
  public func start() {
    thread.withLock { thread in
      precondition(thread == nil, "LakeWriter: started twice")
      // From here on the loop belongs to its thread; `close` joins it before touching the loop again.
      nonisolated(unsafe) let loop = self.loop.withLock { $0 }
      let signals = signals
      thread = WorkerThread("lake", .patient) {
        while !signals.isClosing {
          loop?.round(isClosing: false) { signals.isClosing }
          signals.bell.wait(milliseconds: LakeWriter.tickMilliseconds) { signals.isClosing }
        }
        let deadline = SystemClock.monotonicNanoseconds + LakeWriter.closeNanoseconds
        loop?.round(isClosing: true) { SystemClock.monotonicNanoseconds >= deadline }
      }
    }
    uploads?.start()
  }

  /// Writes what the store has, uploads it unless the bucket is out of reach, and stops; each for ten seconds at most, beside
  /// the part or object that is under way then. After the store's writer was closed. What cannot be done now is done after the
  /// next start.
  public func close() {
    signals.close()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if running != nil { interruptCompaction() }
    running?.join()
    loop.withLock { $0 = nil }
    uploads?.close()
  }
}

/// What other threads tell a thread of the lake.
final class LakeSignals: Sendable {
  let bell = Doorbell()
  private let closing = Atomic<Bool>(false)

  var isClosing: Bool { closing.load(ordering: .acquiring) }

  func close() {
    closing.store(true, ordering: .releasing)
    bell.ring()
  }
}
