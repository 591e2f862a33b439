/// What a stranger's statement may be made of. DuckDB's own parser gives the tree (`json_serialize_sql`, which knows SELECT
/// only), and everything in it that names a table or a function is held against these lists.
///
/// This is the first of three walls: the worker's DuckDB has no file, no network and its settings locked, and its process has no
/// more memory and may write no file. A name that slips through here finds nothing there.
struct StatementCheck {
  /// What can be asked, in lower case: `name` and `schema.name`.
  private let tables: Set<String>
  /// Views DuckDB brings along and finds without a schema; a WITH must not take their names, for it would hide them from this
  /// check elsewhere.
  private let systemViews: Set<String>

  /// Table functions that read nothing.
  static let tableFunctions: Set<String> = ["range", "generate_series", "unnest", "repeat", "repeat_row"]

  /// Functions that tell of the machine or the session, change something, or wait.
  static let refusedFunctions: Set<String> = [
    "getenv", "current_setting", "getvariable", "nextval", "currval", "setseed", "sleep_ms", "pg_sleep", "write_log",
    "parse_duckdb_log_message", "current_query", "current_query_id", "current_connection_id", "current_transaction_id",
    "txid_current", "stats", "query", "query_table", "json_execute_serialized_sql", "which_secret", "inet_client_addr",
    "inet_client_port", "inet_server_addr", "inet_server_port", "current_database", "current_catalog", "in_search_path",
    "current_schemas", "error",
  ]

  /// Expressions that can name nothing but columns and functions.
  private static let expressions: Set<String> = [
    "CONSTANT", "COLUMN_REF", "STAR", "FUNCTION", "WINDOW", "SUBQUERY", "CASE", "CAST", "COMPARISON", "CONJUNCTION",
    "OPERATOR", "BETWEEN", "LAMBDA", "COLLATE", "POSITIONAL_REFERENCE", "DEFAULT", "LAMBDA_REF",
  ]

  /// Parts of a query that are no expression. Of BASE_TABLE, TABLE_FUNCTION and SHOW_REF the names are looked at.
  private static let parts: Set<String> = [
    "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "EMPTY", "BASE_TABLE", "SUBQUERY", "JOIN",
    "TABLE_FUNCTION", "EXPRESSION_LIST", "SHOW_REF", "PIVOT", "ORDER_MODIFIER", "LIMIT_MODIFIER",
    "LIMIT_PERCENT_MODIFIER",
    "DISTINCT_MODIFIER", "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
  ]

  /// Reads what the worker's database has.
  init(_ connection: Connection) throws(StorageError) {
    var tables: Set<String> = []
    try connection.query(
      """
      SELECT lower(schema_name), lower(table_name) FROM duckdb_tables() WHERE NOT internal \
      UNION ALL SELECT lower(schema_name), lower(view_name) FROM duckdb_views() WHERE NOT internal
      """
    ) { chunk in
      for row in 0..<chunk.count {
        guard let schema = chunk.text(0, row), let name = chunk.text(1, row) else { continue }
        tables.insert("\(schema).\(name)")
        if schema == "main" { tables.insert(name) }
      }
    }
    var views: Set<String> = []
    try connection.query(
      "SELECT lower(view_name) FROM duckdb_views() WHERE internal AND schema_name IN ('main', 'pg_catalog')"
    ) { chunk in
      for row in 0..<chunk.count { if let name = chunk.text(0, row) { views.insert(name) } }
    }
    self.tables = tables
    systemViews = views
  }

  /// Names without a schema, for people.
  var tableNames: [String] { tables.filter { !$0.contains(".") }.sorted() }

  /// An object of the tree.
  private struct Node {
    var expression: String?
    var type: String?
    var key: String?
    var catalog: String?
    var schema: String?
    var table: String?
    var function: String?
    var hasTimeTravel: Bool
    /// The name of a WITH.
    var commonTable: String?
  }

  /// - Throws: `.refused` when it is not exactly one statement that only reads what may be read.
  func check(_ sql: String, _ connection: Connection) throws(SQLError) {
    try checkIsOneSelect(sql, connection)
    let nodes: [Node]
    do { nodes = try StatementCheck.nodes(sql, connection) } catch { throw .refused(error.words) }
    let withs = Set(nodes.compactMap { $0.commonTable?.lowercased() })
    for name in withs where !StatementCheck.isPlainName(name) || systemViews.contains(name) {
      throw .refused(
        "WITH \(name): this name cannot be used; wanted letters, digits and _, and no name of DuckDB's own")
    }
    for node in nodes { try check(node, withs) }
  }

  private func check(_ node: Node, _ withs: Set<String>) throws(SQLError) {
    if let expression = node.expression {
      guard StatementCheck.expressions.contains(expression) else {
        throw .refused("\(expression.lowercased()) expressions cannot be used here (parameters have no values)")
      }
    } else if let type = node.type {
      guard StatementCheck.parts.contains(type) || type.hasSuffix("_TYPE_INFO") else {
        throw .refused("\(type.lowercased()) cannot be used here; wanted a plain SELECT")
      }
    }
    if let function = node.function?.lowercased() { try check(function: function, of: node) }
    guard node.expression == nil, node.type == "BASE_TABLE" || node.type == "SHOW_REF" else { return }
    guard !node.hasTimeTravel else { throw .refused("AT (VERSION …) cannot be used: there is one version") }
    guard let table = node.table, !table.isEmpty else { return }
    // How DuckDB writes SHOW TABLES.
    if node.type == "SHOW_REF", table == "\"tables\"" { return }
    try check(table: table.lowercased(), of: node, withs)
  }

  private func check(function: String, of node: Node) throws(SQLError) {
    if node.key == "function", node.expression == "FUNCTION" {
      guard StatementCheck.tableFunctions.contains(function) else {
        let known = StatementCheck.tableFunctions.sorted().joined(separator: ", ")
        throw .refused("table function \(function) cannot be used; wanted a table (SHOW TABLES), or one of \(known)")
      }
      return
    }
    guard !StatementCheck.refusedFunctions.contains(function) else {
      throw .refused("function \(function) cannot be used here: it is not about the data")
    }
  }

  private func check(table: String, of node: Node, _ withs: Set<String>) throws(SQLError) {
    let schema = (node.schema ?? "").lowercased()
    let hasCatalog = !(node.catalog ?? "").isEmpty
    if !hasCatalog, schema.isEmpty, withs.contains(table) || tables.contains(table) { return }
    if !hasCatalog, !schema.isEmpty, tables.contains("\(schema).\(table)") { return }
    let lake = table == "lake" ? " (the lake has no files yet)" : ""
    throw .refused(
      "table \(schema.isEmpty ? "" : schema + ".")\(table) cannot be used\(lake); "
        + "wanted one of \(tableNames.joined(separator: ", "))")
  }

  private static func isPlainName(_ name: String) -> Bool {
    name.utf8.allSatisfy { $0 == 95 || (48...57).contains($0) || (97...122).contains($0) } && !name.isEmpty
      && !(48...57).contains(name.utf8.first ?? 48)
  }

  private func checkIsOneSelect(_ sql: String, _ connection: Connection) throws(SQLError) {
    var error: String?
    var kind = ""
    var statements: Int64 = 0
    do {
      try connection.query(
        """
        SELECT tree->>'$.error_message', tree->>'$.error_type', coalesce(json_array_length(tree, '$.statements'), 0)::BIGINT \
        FROM (SELECT json_serialize_sql($1::VARCHAR) AS tree)
        """, [.text(sql)]
      ) { chunk in
        for row in 0..<chunk.count {
          error = chunk.text(0, row)
          kind = chunk.text(1, row) ?? ""
          statements = chunk.required(2, row)
        }
      }
    } catch let failure { throw .refused(failure.words) }
    let wanted = "only one SELECT statement is allowed (or WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES)"
    // The parser's own words about what is no SELECT are about its tree.
    if let error { throw .refused(kind == "not implemented" ? "\(wanted); got \(excerpt(sql))" : error) }
    guard statements != 0 else { throw .refused("\(wanted); got none") }
    guard statements == 1 else { throw .refused("\(wanted); got \(statements): \(excerpt(sql))") }
  }

  /// The beginning of what came, in one line.
  private func excerpt(_ sql: String) -> String {
    let line = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "\"\(line.prefix(60))\(line.count > 60 ? "…" : "")\""
  }

  private static func nodes(_ sql: String, _ connection: Connection) throws(StorageError) -> [Node] {
    var nodes: [Node] = []
    try connection.query(
      """
      SELECT n.value->>'$.class', CASE WHEN json_type(n.value, '$.type') = 'VARCHAR' THEN n.value->>'$.type' END, n.key, \
      n.value->>'$.catalog_name', n.value->>'$.schema_name', n.value->>'$.table_name', n.value->>'$.function_name', \
      coalesce(json_type(n.value, '$.at_clause'), 'NULL') <> 'NULL', \
      CASE WHEN n.path LIKE '%.cte_map.map' THEN n.value->>'$.key' END \
      FROM (SELECT json_serialize_sql($1::VARCHAR) AS tree) s, json_tree(s.tree) n WHERE n.type = 'OBJECT'
      """, [.text(sql)]
    ) { chunk in
      for row in 0..<chunk.count {
        nodes.append(
          Node(
            expression: chunk.text(0, row), type: chunk.text(1, row), key: chunk.text(2, row),
            catalog: chunk.text(3, row), schema: chunk.text(4, row), table: chunk.text(5, row),
            function: chunk.text(6, row), hasTimeTravel: chunk.required(7, row) != 0, commonTable: chunk.text(8, row)))
      }
    }
    return nodes
  }
}

extension StorageError {
  /// DuckDB's words alone, without the statement, which the asker did not write in this form.
  var words: String {
    guard case .statement(_, let words) = self else { return description }
    return words
  }
}
