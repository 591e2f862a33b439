import Feeds
import Foundation
import JSONText
import Testing

@testable import Application

/// The benchmark's answers on a small tape, number by number, and its figures.
@Suite struct BenchTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Fixtures")
  static func path(_ name: String) -> String { fixtures.appending(path: name).path }
  static func json(_ data: Data) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
  }

  @Test func goldenAnswersOfTheSmallTape() throws {
    let run = BenchRun(tape: Self.path("small.ndjson.gz"), contracts: Self.path("contracts.json"), wantsGolden: true)
    let result = try run.withoutStore()
    let ours = try Self.json(Data(try #require(result.golden)))
    let wanted = try Self.json(Data(contentsOf: Self.fixtures.appending(path: "golden-small.json")))
    #expect(Set(ours.allKeys.compactMap { $0 as? String }) == Set(wanted.allKeys.compactMap { $0 as? String }))
    for key in wanted.allKeys.compactMap({ $0 as? String }) {
      #expect(ours[key] as? NSObject == wanted[key] as? NSObject, "\(key)")
    }
    #expect(result.events == 30_000)
    #expect(result.trades == 10_000)
    #expect(result.wallSeconds > 0)
    #expect(result.eventsPerSecond == 30_000 / result.wallSeconds)
    #expect(result.peakResidentBytes > 1 << 20)
    #expect(result.service == nil)
  }

  /// Sweeps and blocks as the detectors give them out, leg counts, sums and all.
  @Test func goldenAnswersOfTheDetectors() throws {
    let run = BenchRun(
      tape: Self.path("small.ndjson.gz"), contracts: Self.path("contracts.json"), wantsGolden: true, detects: true)
    let result = try run.withoutStore()
    let ours = try Self.json(Data(try #require(result.golden)))
    #expect(ours == (try Self.json(Data(contentsOf: Self.fixtures.appending(path: "golden-small.json")))))
    let without = BenchRun(tape: Self.path("small.ndjson.gz"), contracts: Self.path("contracts.json"))
    #expect(try without.withoutStore().digest == result.digest)
  }

  @Test func sameTapeSameDigest() throws {
    let with = BenchRun(tape: Self.path("small.ndjson.gz"), contracts: Self.path("contracts.json"))
    let first = try with.withoutStore()
    #expect(try with.withoutStore().digest == first.digest)
    // Greeks are part of the state.
    #expect(try BenchRun(tape: Self.path("small.ndjson.gz")).withoutStore().digest != first.digest)
    #expect(first.golden == nil)
  }

  @Test func serviceTimesAreOrdered() throws {
    let run = BenchRun(tape: Self.path("small.ndjson.gz"))
    var result = try run.withoutStore()
    let service = try run.serviceTime()
    #expect(service.p50 > 0)
    #expect(service.p50 <= service.p99)
    #expect(service.p99 <= service.p999)
    #expect(service.p999 <= service.maximum)
    #expect(service.clockOverheadNanoseconds >= 0)
    var plain = JSONWriter()
    result.write(to: &plain)
    #expect(try Self.json(Data(plain.bytes))["service_nanoseconds"] == nil)
    result.service = service
    var json = JSONWriter()
    result.write(to: &json)
    let written = try Self.json(Data(json.bytes))
    let keys = ["events", "wall_seconds", "cpu_seconds", "events_per_second", "peak_rss_bytes", "service_nanoseconds"]
    #expect(keys.allSatisfy { written[$0] != nil })
    #expect((written["service_nanoseconds"] as? NSDictionary)?["p99_9"] as? Int64 == service.p999)
  }

  @Test func missingFilesAreNamed() {
    #expect(throws: (any Error).self) { try BenchRun(tape: "/nowhere/tape.ndjson").withoutStore() }
    #expect(throws: (any Error).self) {
      try BenchRun(tape: Self.path("small.ndjson.gz"), contracts: "/nowhere/c.json").withoutStore()
    }
  }
}

@Suite struct LatencyHistogramTests {
  @Test func smallValuesAreExact() {
    var histogram = LatencyHistogram()
    #expect(histogram.percentile(0.5) == 0)
    for value in 0..<32 as Range<Int64> { histogram.record(value) }
    #expect(histogram.count == 32)
    #expect(histogram.percentile(0.5) == 15)
    #expect(histogram.percentile(1) == 31)
    histogram.record(-5)
    #expect(histogram.percentile(0) == 0)
  }

  /// Never below the true figure, and at most a thirty-second above it.
  @Test func largeValuesAreNear() {
    for value in [32, 33, 63, 64, 1000, 123_456, 987_654_321, Int64(1) << 60] as [Int64] {
      var histogram = LatencyHistogram()
      for _ in 0..<99 { histogram.record(value) }
      histogram.record(value * 2)
      let median = histogram.percentile(0.5)
      #expect(median >= value)
      #expect(median - value <= value / 32)
      #expect(histogram.maximum == value * 2)
      #expect(histogram.percentile(1) == value * 2)
    }
  }
}
