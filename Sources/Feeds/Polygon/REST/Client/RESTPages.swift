/// Rows of one answer.
public struct RESTPage<Row: Sendable>: Sendable {
  public var rows: [Row]
  /// Rows that were not what the protocol says; left out.
  public var refusedRows: Int
  /// From 1.
  public var number: Int
}

/// All pages of an answer, one request each, in the vendor's order: `for try await page in pages`.
public struct RESTPages<Row: Decodable & Sendable>: AsyncSequence, Sendable {
  public typealias Element = RESTPage<Row>
  public typealias Failure = PolygonRESTError

  let client: PolygonREST
  let first: RESTRequest
  let user: RequestUser

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(client: client, user: user, next: first)
  }

  /// The first page alone.
  public func firstPage() async throws(PolygonRESTError) -> RESTPage<Row> {
    var iterator = makeAsyncIterator()
    return try await iterator.next(isolation: nil) ?? RESTPage(rows: [], refusedRows: 0, number: 1)
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let client: PolygonREST
    let user: RequestUser
    fileprivate var next: RESTRequest?
    private var asked: Set<RESTRequest> = []

    fileprivate init(client: PolygonREST, user: RequestUser, next: RESTRequest) {
      self.client = client
      self.user = user
      self.next = next
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(PolygonRESTError) -> RESTPage<Row>? {
      guard let request = next else { return nil }
      // A server that sends us round in circles would never come to an end.
      guard asked.insert(request).inserted else {
        next = nil
        throw PolygonRESTError(.malformed, request: request.text, words: "next_url leads back to a page already read")
      }
      let answer = try await client.answer(request, as: PageAnswer<Row>.self, for: user)
      next = answer.nextURL.flatMap { RESTRequest(next: $0) }
      let rows = (answer.results ?? []).compactMap(\.row)
      return RESTPage(rows: rows, refusedRows: (answer.results?.count ?? 0) - rows.count, number: asked.count)
    }

    public mutating func next() async throws(PolygonRESTError) -> RESTPage<Row>? { try await next(isolation: nil) }
  }
}

/// The envelope of a list; `results` is missing when it is empty.
struct PageAnswer<Row: Decodable & Sendable>: Decodable, Sendable {
  var results: [LenientRow<Row>]?
  var nextURL: String?

  enum CodingKeys: String, CodingKey {
    case results
    case nextURL = "next_url"
  }
}

/// The envelope of one thing.
struct SingleAnswer<Row: Decodable & Sendable>: Decodable, Sendable {
  var results: Row?
}

/// A row, or nothing when it is not what the protocol says: one bad row costs none of its neighbours.
struct LenientRow<Row: Decodable & Sendable>: Decodable, Sendable {
  var row: Row?

  init(from decoder: any Decoder) {
    do { row = try Row(from: decoder) } catch { row = nil }
  }
}
