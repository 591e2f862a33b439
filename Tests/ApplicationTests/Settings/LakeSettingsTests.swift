import Lake
import Testing

@testable import Application

@Suite struct LakeSettingsTests {
  private static let bucket = [
    "S3_BUCKET": "flow", "S3_ENDPOINT": "http://127.0.0.1:9000", "S3_ACCESS_KEY": "name-of-key",
    "S3_SECRET_KEY": "very-secret",
  ]

  private func settings(_ environment: [String: String]) throws -> Settings {
    try Settings(command: nil, environment: environment, file: nil)
  }

  private let directory = DataDirectory(path: "data")

  @Test func aRecordingHasALakeAndTheDemoOnlyWhenAskedFor() throws {
    let recording = try settings(["MARKETFLOW_REPLAY_FILE": "day.ndjson"])
    #expect(recording.lake.options(source: recording.source, directory: directory)?.directory == "data/raw/flow")
    let demo = try settings([:])
    #expect(demo.lake.options(source: .demo, directory: directory) == nil)
    let words = ["MARKETFLOW_LAKE": "on", "MARKETFLOW_LAKE_PART_MEGABYTES": "7"]
    let wanted = try settings(words.merging(Self.bucket) { $1 })
    let options = try #require(wanted.lake.options(source: .demo, directory: directory))
    #expect(options.directory == "data/demo/raw/flow" && options.partBytes == 7 << 20)
    // What was invented is not uploaded.
    #expect(options.bucket == nil && wanted.lake.bucket != nil)
    let off = try settings(["MARKETFLOW_LAKE": "off", "MARKETFLOW_REPLAY_FILE": "day.ndjson"])
    #expect(off.lake.options(source: off.source, directory: directory) == nil)
  }

  @Test func theBucketsUsualNamesWorkAndItsKeysStayHidden() throws {
    let settings = try settings(Self.bucket)
    let place = try #require(settings.lake.bucket)
    #expect(place.url == "s3://flow/raw/flow" && place.endpoint == "http://127.0.0.1:9000")
    #expect(place.secretKey.reveal() == "very-secret" && place.accessKey.reveal() == "name-of-key")
    for text in ["\(place)", "\(settings)", settings.entries.map { "\($0)" }.joined()] {
      #expect(!text.contains("very-secret") && !text.contains("name-of-key"))
    }
    #expect(SettingKey.s3AccessKey.option == nil && SettingKey.s3SecretKey.option == nil)
  }

  @Test(arguments: ["S3_ACCESS_KEY", "S3_SECRET_KEY"]) func aBucketWithoutAKeyIsRefusedInWords(missing: String) throws {
    var environment = Self.bucket
    environment[missing] = nil
    let error = #expect(throws: SettingsError.self) { try settings(environment) }
    let words = "\(try #require(error))"
    #expect(words.contains(missing) && !words.contains("very-secret"))
  }

  @Test(arguments: ["http://key:secret@host", "https://host/path", "http://", "a b"]) func anEndpointIsAHost(
    endpoint: String
  ) throws {
    let environment = Self.bucket.merging(["S3_ENDPOINT": endpoint]) { $1 }
    let error = #expect(throws: SettingsError.self) { try settings(environment) }
    let words = "\(try #require(error))"
    #expect(!words.contains("secret@"))
  }
}
