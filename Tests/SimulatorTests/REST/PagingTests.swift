import MarketModel
import Testing

@testable import Simulator

@Suite struct PagingTests {
  @Test func cursorsKeepTheQuestion() throws {
    let cursor = PageCursor(parameters: ["limit": "250", "strike_price.gte": "5", "q": "a=b+/ü"], after: "O:X,1")
    #expect(!cursor.text.contains("=") && !cursor.text.contains("+") && !cursor.text.contains("/"))
    #expect(PageCursor(cursor.text) == cursor)
    #expect(PageCursor("nonsense!") == nil && PageCursor("") == nil && PageCursor("YWJj") == nil)
    let query = try RESTQuery([("cursor", cursor.text), ("apiKey", "SECRET"), ("limit", "1")])
    #expect(query["limit"] == "250" && query.after == "O:X,1" && query["apiKey"] == nil)
    #expect(query.cursor(after: "O:Y").parameters == cursor.parameters)
    #expect(throws: RESTProblem.badRequest("cursor is not valid")) { try RESTQuery([("cursor", "%%")]) }
  }

  @Test func keysNeverGetIntoACursor() throws {
    let query = try RESTQuery([("apiKey", "SECRET"), ("limit", "3")])
    #expect(query.cursor(after: "x").parameters == ["limit": "3"])
  }

  @Test(arguments: [
    (["timestamp.gte": "5", "timestamp.lt": "9"], Int64(5)..<9), (["timestamp.gt": "5", "timestamp.lte": "9"], 6..<10),
    (["timestamp": "7"], 7..<8), (["timestamp.gte": "9", "timestamp.lt": "5"], 9..<9),
    (
      ["timestamp": "2025-12-16"], 1_765_861_200_000_000_000..<1_765_947_600_000_000_000
    ),
    (["timestamp.gt": "2025-12-16"], 1_765_947_600_000_000_000..<Int64.max),
    (["timestamp.lte": "2025-12-16T14:30:00Z"], Int64.min..<1_765_895_400_000_000_001),
  ])
  func ranges(parameters: [String: String], expected: Range<Int64>) throws {
    let query = try RESTQuery(parameters.map { ($0.key, $0.value) })
    #expect(try query.range("timestamp", RESTValue.time) == expected)
  }

  @Test(arguments: ["soon", "2025-13-01", "9999-01-01", "0001-01-01", "", "1e9", "99999999999999999999"])
  func timesNotUnderstoodAreRefused(text: String) throws {
    let query = try RESTQuery([("timestamp.gte", text)])
    #expect(throws: RESTProblem.self) { try query.range("timestamp", RESTValue.time) }
  }

  @Test func limitsAreRefusedBeyondTheMost() throws {
    #expect(try RESTQuery([]).limit(default: 10, most: 250) == 10)
    #expect(try RESTQuery([("limit", "250")]).limit(default: 10, most: 250) == 250)
    for text in ["251", "0", "-1", "x"] {
      #expect(throws: RESTProblem.self) { try RESTQuery([("limit", text)]).limit(default: 10, most: 250) }
    }
  }

  @Test func placesCountRowsOfOneTime() throws {
    let first = TickPlace(after: [1, 2, 2], last: 2, before: nil)
    #expect(first == TickPlace(after: [0, 2, 2], last: 2, before: nil) && first.count == 2)
    #expect(TickPlace(after: [2, 2], last: 2, before: first).count == 4)
    #expect(TickPlace(after: [2, 3], last: 3, before: first).count == 1)
    #expect(try TickPlace(first.text) == first)
    for text in ["", "1", "1,-1", "1,99999999999", "x,1", "9223372036854775807,1"] {
      #expect(throws: RESTProblem.self) { try TickPlace(text) }
    }
  }

  @Test func windowsBeginWhereTheVendorsDo() throws {
    // Tuesday 2025-12-16, 09:31:05.5 in New York.
    let time = Timestamp(milliseconds: 1_765_895_465_500)
    func start(_ unit: AggregateSpan.Unit, _ multiplier: Int64 = 1) -> String {
      AggregateSpan(unit: unit, multiplier: multiplier).start(of: time).newYorkText
    }
    #expect(start(.second) == "2025-12-16 09:31:05.000 EST")
    #expect(start(.minute, 5) == "2025-12-16 09:30:00.000 EST")
    #expect(start(.hour) == "2025-12-16 09:00:00.000 EST")
    #expect(start(.day) == "2025-12-16 00:00:00.000 EST")
    #expect(start(.week) == "2025-12-14 00:00:00.000 EST")
    #expect(start(.month) == "2025-12-01 00:00:00.000 EST")
    #expect(start(.quarter) == "2025-10-01 00:00:00.000 EDT")
    #expect(start(.year) == "2025-01-01 00:00:00.000 EST")
  }
}
