import Clocks
import Synchronization

/// How the lake is, readable from any thread at any time.
public final class LakeStatus: Sendable {
  /// One reading. Times of the wall are Unix nanoseconds, nil for never.
  public struct Report: Sendable {
    /// Folder of the lake.
    public var path = ""
    public var parts = 0
    public var rows: Int64 = 0
    public var bytes: Int64 = 0
    /// Rows that this process has brought into the lake, and with how many flushes.
    public var rowsWritten: Int64 = 0
    public var flushes: Int64 = 0
    public var lastFlush: Int64?
    /// Prints in the store and not in the lake.
    public var waitingRows: Int64 = 0
    /// How long the oldest of them has waited.
    public var waitingSeconds = 0.0
    /// Why nothing is written; nil while all is well.
    public var error: String?
    /// Why small parts stay small; nil while all is well.
    public var compactionError: String?
    /// Nil when there is no bucket.
    public var uploads: Uploads?
  }

  /// How far the bucket is.
  public struct Uploads: Sendable {
    /// `s3://bucket/raw/flow`.
    public var place: String
    /// Objects that are not in the bucket as they should be, and how long the oldest has waited.
    public var waiting = 0
    public var waitingSeconds = 0.0
    /// Uploads of this process.
    public var uploaded: Int64 = 0
    public var lastUpload: Int64?
    /// Why nothing is uploaded; nil while all is well. Holds no secret.
    public var error: String?
  }

  struct State {
    var report = Report()
    /// Monotonic nanoseconds since when rows and uploads wait; 0 when none do.
    var waitingSince: Int64 = 0
    var uploadsWaitingSince: Int64 = 0
  }

  private let state = Mutex(State())

  public var report: Report {
    let now = SystemClock.monotonicNanoseconds
    return state.withLock { state in
      var report = state.report
      report.waitingSeconds = LakeStatus.seconds(since: state.waitingSince, now)
      report.uploads?.waitingSeconds = LakeStatus.seconds(since: state.uploadsWaitingSince, now)
      return report
    }
  }

  private static func seconds(since start: Int64, _ now: Int64) -> Double {
    start == 0 ? 0 : Double(max(0, now - start)) / 1e9
  }

  func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
}
