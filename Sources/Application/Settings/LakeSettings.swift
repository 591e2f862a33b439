import Lake
import Logging

/// Whether and how the Parquet lake is kept.
public struct LakeSettings: Sendable, Equatable {
  public enum Mode: String, Sendable {
    /// On, but not for the invented market: it makes a day of prints with each start, which nobody wants to keep as files.
    case auto
    case on, off
  }

  public let mode: Mode
  public let flushRows: Int
  public let flushSeconds: Int
  public let partMegabytes: Int
  /// Nil when no bucket is named.
  public let bucket: S3Place?

  init(_ reader: SettingReader) throws(SettingsError) {
    mode = Mode(rawValue: reader.text(.lake)) ?? .auto
    flushRows = reader.integer(.lakeFlushRows)
    flushSeconds = reader.integer(.lakeFlushSeconds)
    partMegabytes = reader.integer(.lakePartMegabytes)
    bucket = try reader.bucket()
  }

  /// How the lake is kept in a data folder; nil when it is not.
  func options(source: Settings.Source, directory: DataDirectory) -> LakeOptions? {
    let isDemo = source == .demo
    guard mode == .on || (mode == .auto && !isDemo) else { return nil }
    var options = LakeOptions(directory: isDemo ? directory.demoLake : directory.lake)
    options.flushRows = flushRows
    options.flushSeconds = flushSeconds
    options.partBytes = Int64(partMegabytes) << 20
    // What was invented stays on this machine.
    options.bucket = isDemo ? nil : bucket
    return options
  }
}

extension SettingReader {
  fileprivate func bucket() throws(SettingsError) -> S3Place? {
    guard let bucket = values[.s3Bucket] else { return nil }
    guard let access = values[.s3AccessKey], let secret = values[.s3SecretKey] else {
      let missing = [SettingKey.s3AccessKey, .s3SecretKey].filter { values[$0] == nil }
      let names = missing.map { "\($0.name) (\($0.environment) or \($0.aliases[0]))" }.joined(separator: " and ")
      throw SettingsError(
        "s3_bucket is \(bucket.text) (from \(bucket.origin)) and \(names) \(missing.count == 1 ? "is" : "are") not set; "
          + "set the bucket's keys in the environment or in .env, or leave s3_bucket out")
    }
    guard bucket.text.utf8.allSatisfy({ SettingReader.isBucketByte($0) }) else {
      throw SettingsError(
        "s3_bucket is \(bucket.text) (from \(bucket.origin)), wanted the bucket's name alone, without s3://")
    }
    let endpoint = values[.s3Endpoint]
    if let endpoint, !SettingReader.isEndpoint(endpoint.text) {
      throw SettingsError(
        "s3_endpoint is \(endpoint.text) (from \(endpoint.origin)), wanted https://host[:port] or http://host[:port] "
          + "without a path")
    }
    return S3Place(
      bucket: bucket.text, endpoint: endpoint?.text, accessKey: Secret(access.text), secretKey: Secret(secret.text),
      region: text(.s3Region), prefix: text(.s3Prefix))
  }

  private static func isBucketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: ".-_".utf8.contains(byte)
    }
  }

  /// `host[:port]` with or without `http://` or `https://`; keys have no place in it.
  private static func isEndpoint(_ text: String) -> Bool {
    var host = text[...]
    for scheme in ["http://", "https://"] where text.hasPrefix(scheme) { host = text.dropFirst(scheme.count) }
    return !host.isEmpty && !host.contains { "/@?#' ".contains($0) }
  }
}
