import MarketModel

extension Limits {
  /// Rows of one `/top` or `/prints` answer.
  public static let answerRows = 1000
  /// Rows of one `/history/rollups` or `/history/totals` answer.
  public static let historyRows = 5000
  /// Rows, bytes and seconds of one `/query` answer, and statements that wait while one runs.
  public static let statementRows = 100_000
  public static let statementBytes = 16 << 20
  public static let statementSeconds = 60.0
  public static let waitingStatements = 8
  /// Answers kept for identical questions about unchanged data.
  public static let cachedAnswers = 256
  /// Bytes of those answers together.
  public static let cachedAnswerBytes = 8 << 20
  /// Bytes of a request body.
  public static let requestBodyBytes = 16 << 10
  /// Questions that wait for the query thread; further ones get 503.
  public static let waitingQueries = 128
  /// Newest prints of one batch of the stream; the others are counted as missed.
  public static let batchPrints = 1000
  /// Prints a client that comes back is sent at once; the older ones are counted as missed.
  public static let resumedPrints = 2000
  /// Cancelled print ids kept for one stream client that is behind, and named by one batch; beyond it the client starts anew.
  public static let pendingCancellations = 1000
  /// Messages and bytes that may wait for one stream client before further prints are only counted for it.
  public static let clientMessages = 64
  public static let clientBytes = 1 << 20
  /// Bytes of one message of a stream client, and how many it may send in a second; the others are refused and counted.
  public static let clientRequestBytes = 512
  public static let clientRequestsPerSecond = 20
  /// Bytes of one message at which its connection is closed.
  public static let clientRequestHardBytes = 4096
  /// Detections kept in memory, and prints of each that are known to belong to it; those whose prints may come before them.
  public static let recentDetections = 4096
  public static let detectionLegs = 1000
  public static let earlyDetections = 256
  /// Detections of which one stream client may be told at once, and which wait for one that is behind.
  public static let waitingDetections = 500
  /// Outputs taken from the publisher ring in one tick.
  public static let outputsPerTick = 1 << 16
  /// Rows of the strike grid on each side of the strike at the money.
  public static let gridStrikesEachSide = 7
  /// Contracts in the stream's `top`.
  public static let stateTopRows = 30
  /// Newest crossings of levels that an answer of `/positioning` has.
  public static let shownCrossings = 20
  /// Minutes of gamma exposure kept of one underlying: more than a session of ten hours has, and a page has not twice as many
  /// pixels for them.
  public static let gammaMinutes = 600
  /// Strikes of such a minute: 30 each side of the price, beyond which little gamma is left and a page has no room for rows.
  public static let gammaStrikes = 60
  /// Minutes in the stream's `minutes`.
  public static let stateMinutes = 120
  /// Bytes of one static file.
  public static let staticFileBytes = 8 << 20
  /// Files below the static directory.
  public static let staticFiles = 1000
}
