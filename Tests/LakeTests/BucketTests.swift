import Foundation
import Logging
import MarketModel
import Synchronization
import Testing

@testable import Lake
@testable import Storage

/// `rclone serve s3` over a folder, on one port of this machine for its whole life; checks signatures.
final class BucketServer {
  static let accessKey = "marketflow-access"
  static let secretKey = "marketflow-very-secret"
  let port: UInt16
  private let folder: String
  private var process: Process?

  init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder + "/bucket", withIntermediateDirectories: true)
    port = try BucketServer.freePort()
    try start()
  }

  deinit { stop() }

  var endpoint: String { "http://127.0.0.1:\(port)" }

  func place(secret: String = BucketServer.secretKey) -> S3Place {
    S3Place(
      bucket: "bucket", endpoint: endpoint, accessKey: Secret(BucketServer.accessKey), secretKey: Secret(secret),
      prefix: "raw/flow")
  }

  /// Returns when it listens.
  func start() throws {
    let process = Process()
    process.executableURL = URL(filePath: try #require(PythonTools.rclone))
    process.arguments = [
      "serve", "s3", "--addr", "127.0.0.1:\(port)", "--auth-key", "\(BucketServer.accessKey),\(BucketServer.secretKey)",
      "--config", "/dev/null", folder,
    ]
    let output = Pipe()
    process.standardError = output
    try process.run()
    self.process = process
    var text = ""
    while !text.contains("Starting s3 server") {
      let data = output.fileHandleForReading.availableData
      try #require(!data.isEmpty, "rclone ended: \(text)")
      text += String(decoding: data, as: UTF8.self)
    }
    // It says so a moment before it listens.
    while !BucketServer.isListening(port) { sched_yield() }
    output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
  }

  func stop() {
    process?.terminate()
    process?.waitUntilExit()
    process = nil
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }

  private static func isListening(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = address(port)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) + getsockname(descriptor, $0, &length)
      }
    }
    try #require(status == 0)
    return UInt16(bigEndian: address.sin_port)
  }
}

/// What a log says.
private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var log: Log { Log(sink: .function { [self] line in lines.withLock { $0.append(line) } }) }
  var all: [String] { lines.withLock { $0 } }
}

@Suite(.serialized, .enabled(if: PythonTools.rclone != nil, PythonTools.missing)) struct BucketTests {
  private func uploads(
    _ lake: LakeUnderTest, _ place: S3Place, growsSeconds: Int = 0, log: Log = Log(minimumLevel: .critical)
  ) throws -> UploadLoop {
    let uploader = try Uploader(folder: try LakeFolder(lake.options.directory), place: place, memoryLimitMegabytes: 128)
    lake.status.update { $0.report.uploads = LakeStatus.Uploads(place: place.url) }
    return UploadLoop(uploader, growsSeconds: growsSeconds, status: lake.status, log: log)
  }

  private static let hour: Int64 = 3_600_000_000_000

  private func round(_ uploads: UploadLoop, isClosing: Bool = false) { uploads.round(isClosing: isClosing) { false } }

  /// The bucket, read by its own server over the network, is the lake: each row once, value by value.
  private func expectEqual(_ lake: LakeUnderTest, _ place: S3Place, _ location: SourceLocation = #_sourceLocation)
    throws
  {
    let session = try place.makeSession(memoryLimitMegabytes: 128, temporaryDirectory: lake.path + "/reader.tmp")
    let columns = FlowColumns.fromParts(cancelled: []) + ", year, month, day"
    let there = "(SELECT \(columns) FROM read_parquet('\(place.url)/*/*/*/*.parquet', hive_partitioning = true))"
    let here = "(SELECT \(columns) FROM \(lake.glob))"
    let answer = try session.rows(
      "SELECT (SELECT count(*) FROM (\(here) EXCEPT ALL \(there))), (SELECT count(*) FROM (\(there) EXCEPT ALL \(here)))"
    )
    #expect(answer == [[.integer(0), .integer(0)]], sourceLocation: location)
  }

  @Test func theBucketFollowsTheLakeThroughAnOutageAndARestart() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let lake = try LakeUnderTest(folder.path)
    let hour: Int64 = 3_600_000_000_000
    try lake.add(lake.prints.outputs(1...2_000, stepNanoseconds: hour / 1_000))
    try lake.flush()
    var uploads = try uploads(lake, server.place())
    round(uploads)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.waiting == 0)
    // 13:30 to 15:30, by hours of the clock.
    #expect(lake.status.report.uploads?.uploaded == 3)
    try expectEqual(lake, server.place())

    server.stop()
    try lake.add(
      lake.prints.outputs(2_001...4_000, from: Prints.open.adding(nanoseconds: 2 * hour), stepNanoseconds: hour / 500))
    try lake.flush()
    round(uploads)
    let report = try #require(lake.status.report.uploads)
    #expect(report.error != nil && report.waiting > 0 && report.waitingSeconds > 0)
    #expect(
      report.error?.contains(BucketServer.secretKey) == false && report.error?.contains(BucketServer.accessKey) == false
    )

    // Another process goes on with what the record on the disk says.
    uploads = try self.uploads(lake, server.place())
    try server.start()
    round(uploads)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.waiting == 0)
    #expect(lake.status.report.uploads?.uploaded == 5)
    try expectEqual(lake, server.place())

    // Other files with the same rows are nothing new for the bucket; a cancellation is.
    _ = try lake.loop.compaction.compact(Prints.friday, news: lake.loop.export.news) { _, _ in true }
    round(uploads)
    #expect(lake.status.report.uploads?.uploaded == 5)
    let parts = lake.loop.days.parts(of: Prints.friday)
    let print = try lake.number("SELECT min(print_id) FROM \(lake.glob)")
    while try !lake.loop.days.beginReplacing(Prints.friday) { sched_yield() }
    _ = try lake.loop.compaction.compact(
      Prints.friday, news: { _ in Compaction.News(gaps: "[]", cancelled: [print]) }, progress: { _, _ in true })
    #expect(lake.loop.days.parts(of: Prints.friday) != parts)
    round(uploads)
    #expect(lake.status.report.uploads?.uploaded == 6)
    try expectEqual(lake, server.place())
  }

  @Test func aStopLeavesTheRestForTheNextStart() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...2_000, stepNanoseconds: Self.hour / 1_000))
    try lake.flush()
    let lines = Lines()
    let status = lake.status
    try uploads(lake, server.place(), log: lines.log).close { status.report.uploads?.uploaded == 1 }
    #expect(status.report.uploads?.uploaded == 1)
    #expect(lines.all.count == 1 && lines.all[0].contains("2 objects wait for the next start"))
    try uploads(lake, server.place(), log: lines.log).close { false }
    #expect(status.report.uploads?.uploaded == 2 && lines.all.count == 1)
    try expectEqual(lake, server.place())
  }

  // MARK: Who may replace what

  /// A lake of its own in a folder below, with prints 1 to `count`.
  private func lake(_ folder: TemporaryFolder, _ name: String, _ count: Int64, inAnHour: Int64) throws -> LakeUnderTest
  {
    let path = folder.path + "/" + name
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let lake = try LakeUnderTest(path)
    try lake.add(lake.prints.outputs(1...count, stepNanoseconds: Self.hour / inAnHour))
    try lake.flush()
    return lake
  }

  private func forget(_ lake: LakeUnderTest) throws {
    try FileManager.default.removeItem(atPath: lake.loop.days.folder.work + "/uploads.tsv")
  }

  /// Writes every object again as versions before did.
  private func removeLakeIDs(_ place: S3Place, _ folder: TemporaryFolder) throws {
    let session = try place.makeSession(memoryLimitMegabytes: 128, temporaryDirectory: folder.path + "/strip.tmp")
    let urls = try session.rows("SELECT file FROM glob('\(place.url)/*/*/*/*.parquet')").compactMap { $0[0].text }
    let objects = try FooterReader(session: session).parts(
      urls.enumerated().map { PartFile(path: $1, number: $0, bytes: 0) })
    for var object in objects {
      #expect(object.facts.lake?.utf8.count == 32)
      object.facts.lake = nil
      try session.execute(
        """
        CREATE OR REPLACE TEMP TABLE object AS SELECT \(FlowColumns.fromParts(cancelled: [])) \
        FROM read_parquet('\(object.file.path)', hive_partitioning = false)
        """)
      try session.execute(
        "COPY (SELECT * FROM object ORDER BY \(FlowColumns.order)) TO '\(object.file.path)' \(object.facts.copyOptions)"
      )
    }
  }

  @Test func anotherLakesObjectsAreNotReplaced() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let first = try lake(folder, "first", 2_000, inAnHour: 1_000)
    round(try uploads(first, server.place()))
    #expect(first.status.report.uploads?.uploaded == 3)

    // A new data folder: the same run, print ids that include the first one's.
    let second = try lake(folder, "second", 3_000, inAnHour: 1_100)
    let uploads = try uploads(second, server.place())
    round(uploads)
    let words = try #require(second.status.report.uploads?.error)
    #expect(words.contains("flow_part_006.parquet holds 500 rows of another lake; name another prefix"), "\(words)")
    #expect(second.status.report.uploads?.uploaded == 0)
    try expectEqual(first, server.place())
    // Asking again changes nothing.
    uploads.close { false }
    #expect(second.status.report.uploads?.uploaded == 0)

    var place = server.place()
    place.prefix = "second"
    round(try self.uploads(second, place))
    #expect(second.status.report.uploads?.error == nil)
    try expectEqual(second, place)

    // Without its record the first still knows its own.
    try forget(first)
    try first.add(
      first.prints.outputs(2_001...2_100, from: Prints.open.adding(nanoseconds: 2 * Self.hour + 1_000)))
    try first.flush()
    round(try self.uploads(first, server.place()))
    #expect(first.status.report.uploads?.error == nil && first.status.report.uploads?.uploaded == 3)
    try expectEqual(first, server.place())
  }

  @Test func anObjectOfVersionsBeforeIsOursWhenItsRowsAreHere() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let first = try lake(folder, "first", 2_000, inAnHour: 1_000)
    round(try uploads(first, server.place()))
    try removeLakeIDs(server.place(), folder)
    // The same ids, other rows in the hour.
    let second = try lake(folder, "second", 2_000, inAnHour: 1_100)
    round(try uploads(second, server.place()))
    #expect(second.status.report.uploads?.error?.contains("rows of another lake") == true)
    // Not all of the ids.
    let third = try lake(folder, "third", 1_900, inAnHour: 1_000)
    round(try uploads(third, server.place()))
    #expect(third.status.report.uploads?.error?.contains("rows of another lake") == true)
    #expect(second.status.report.uploads?.uploaded == 0 && third.status.report.uploads?.uploaded == 0)

    try forget(first)
    try first.add(
      first.prints.outputs(2_001...2_100, from: Prints.open.adding(nanoseconds: 2 * Self.hour + 1_000)))
    try first.flush()
    round(try uploads(first, server.place()))
    #expect(first.status.report.uploads?.error == nil && first.status.report.uploads?.uploaded == 3)
    try expectEqual(first, server.place())
  }

  @Test func whatALakeHasLostStaysInTheBucket() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let whole = try lake(folder, "whole", 2_000, inAnHour: 1_000)
    round(try uploads(whole, server.place()))
    let restored = try lake(folder, "restored", 1_900, inAnHour: 1_000)
    try FileManager.default.copyItem(
      atPath: whole.loop.days.folder.work + "/lake-id", toPath: restored.loop.days.folder.work + "/lake-id")
    round(try uploads(restored, server.place()))
    let words = try #require(restored.status.report.uploads?.error)
    #expect(words.contains("rows of this lake that are not in its folder any more"), "\(words)")
    try expectEqual(whole, server.place())
  }

  // MARK: What is read

  @Test func onlyTheHoursThatChangedAreReadAgain() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let lake = try LakeUnderTest(folder.path)
    for hour in 0..<3 as Range<Int64> {
      let start = Prints.open.adding(nanoseconds: hour * Self.hour)
      try lake.add(lake.prints.outputs(hour * 1_000 + 1...hour * 1_000 + 1_000, from: start))
      try lake.flush()
    }
    let uploads = try uploads(lake, server.place(), growsSeconds: 3_600)
    round(uploads)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.uploaded == 3)

    // Who reads a part from here on says so.
    let parts = lake.loop.days.parts(of: Prints.friday).map(\.file)
    try #require(parts.count == 3)
    let newest = try Data(contentsOf: URL(filePath: parts[2].path))
    for part in parts { try Data(count: Int(part.bytes)).write(to: URL(filePath: part.path)) }
    round(uploads)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.waiting == 0)

    // More of the newest hour: not before it is due.
    let start = Prints.open.adding(nanoseconds: 2 * Self.hour + 1_500_000_000)
    try lake.add(lake.prints.outputs(3_001...3_100, from: start))
    try lake.flush()
    round(uploads)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.uploaded == 3)

    // Then that hour alone.
    try newest.write(to: URL(filePath: parts[2].path))
    round(uploads, isClosing: true)
    #expect(lake.status.report.uploads?.error == nil && lake.status.report.uploads?.uploaded == 4)
  }

  @Test func aWrongKeyIsToldWithoutTheKey() throws {
    let folder = try TemporaryFolder()
    let server = try BucketServer(folder: folder.path + "/s3")
    let lake = try LakeUnderTest(folder.path)
    try lake.add(lake.prints.outputs(1...10))
    try lake.flush()
    round(try uploads(lake, server.place(secret: "another-secret")))
    let words = try #require(lake.status.report.uploads?.error)
    #expect(words.contains("403") && !words.contains("another-secret") && !words.contains(BucketServer.accessKey))
  }

  @Test func aRecordThatAKillCutOffCostsOneUploadMore() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/uploads.tsv"
    var record = try UploadRecord(path: path, place: "s3://a")
    let hour = UploadedHour(rows: 5, checksum: .max, bytes: 100)
    try record.note(Prints.friday, hour: 9, hour)
    try record.note(Prints.friday, hour: 10, hour)
    try record.noteComplete(Prints.friday, parts: 7)
    let whole = try Data(contentsOf: URL(filePath: path))
    for length in 0...whole.count {
      try whole.prefix(length).write(to: URL(filePath: path))
      let read = try UploadRecord(path: path, place: "s3://a")
      for (number, found) in read.hours[Prints.friday] ?? [:] {
        #expect(found == hour && (number == 9 || number == 10))
      }
      #expect(read.complete[Prints.friday] == (length == whole.count ? 7 : nil))
    }
    try whole.write(to: URL(filePath: path))
    #expect(try UploadRecord(path: path, place: "s3://b").hours.isEmpty)
  }
}
