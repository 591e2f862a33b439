import Logging
import Storage

/// A bucket that the lake is copied to, and how to get there.
public struct S3Place: Sendable, Equatable {
  public var bucket: String
  /// `https://host[:port]`, `http://host[:port]`, or `host[:port]` which means https; nil for Amazon's own.
  public var endpoint: String?
  public var accessKey: Secret
  public var secretKey: Secret
  public var region: String
  /// Folder of the lake in the bucket, without slashes at its ends; empty for none.
  public var prefix: String

  public init(
    bucket: String, endpoint: String? = nil, accessKey: Secret, secretKey: Secret, region: String = "us-east-1",
    prefix: String = "raw/flow"
  ) {
    self.bucket = bucket
    self.endpoint = endpoint
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.region = region
    self.prefix = prefix.split(separator: "/").joined(separator: "/")
  }

  /// `s3://bucket/raw/flow`.
  public var url: String { "s3://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix)") }

  /// For people: the address and where it is served.
  var description: String { endpoint.map { "\(url) at \($0)" } ?? url }

  /// A DuckDB instance that can reach the bucket, apart from every other one: no statement of the store can use the keys.
  /// - Throws: `.noExtension`, `.storage`, `.bucket`.
  func makeSession(memoryLimitMegabytes: Int, temporaryDirectory: String) throws(LakeError) -> SQLSession {
    let session: SQLSession
    do {
      session = try SQLSession(memoryLimitMegabytes: memoryLimitMegabytes, temporaryDirectory: temporaryDirectory)
    } catch { throw .storage(error) }
    let file = (SQLSession.libraryDirectory ?? ".") + "/httpfs.duckdb_extension"
    do { try session.execute("LOAD \(file.sqlLiteral)") } catch {
      throw .noExtension(path: file, words: clean(error))
    }
    // What was read from the bucket once may be another object the next time.
    try session.run("SET enable_external_file_cache = false")
    // The upload thread tries again by itself, and a stop must not wait for long.
    try session.run("SET http_timeout = 15")
    try session.run("SET http_retries = 1")
    do {
      try session.execute(secretSQL, shownAs: "CREATE SECRET lake")
    } catch { throw .bucket(place: description, words: clean(error)) }
    return session
  }

  private var secretSQL: String {
    var options = [
      "TYPE s3", "KEY_ID \(accessKey.reveal().sqlLiteral)", "SECRET \(secretKey.reveal().sqlLiteral)",
      "REGION \(region.sqlLiteral)", "SCOPE \("s3://\(bucket)".sqlLiteral)",
    ]
    if let endpoint {
      let isPlain = endpoint.hasPrefix("http://")
      let host = endpoint.split(separator: "/").last(where: { !$0.hasSuffix(":") }).map(String.init) ?? endpoint
      options += ["ENDPOINT \(host.sqlLiteral)", "URL_STYLE 'path'", "USE_SSL \(!isPlain)"]
    }
    return "CREATE SECRET lake (\(options.joined(separator: ", ")))"
  }

  /// DuckDB's words without either key, whatever the server put into its answer, on one line.
  func clean(_ error: StorageError) -> String {
    var words = if case .statement(_, let words) = error { words } else { error.description }
    for secret in [secretKey.reveal(), accessKey.reveal()] where !secret.isEmpty {
      words = words.replacing(secret, with: "***")
    }
    return words.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
