/// The description as a page for people: no script, no style inside, nothing from elsewhere.
enum DocsPage {
  static func html(version: String, endpoints: [Endpoint], messages: [RecordDescription]) -> [UInt8] {
    var page = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>MarketFlow API</title>
      <link rel="stylesheet" href="/docs.css">
      </head>
      <body>
      <main>
      <h1>MarketFlow API <small>\(escaped(version))</small></h1>
      <p>Times are RFC 3339 UTC, money is in USD, errors are RFC 9457 problems.
      For programs: <a href="/openapi.json">openapi.json</a>.</p>

      """
    page += "<nav aria-label=\"Endpoints\"><ul>\n"
    for endpoint in endpoints {
      page += "<li><a href=\"#\(endpoint.operation)\"><b>\(endpoint.method)</b> \(escaped(endpoint.path))</a></li>\n"
    }
    page += "</ul></nav>\n"
    for endpoint in endpoints { page += section(endpoint) }
    page += "<h2 id=\"records\">Records</h2>\n"
    for record in OpenAPIDocument.records(endpoints, messages) { page += section(record) }
    page += "<h2 id=\"problems\">Problems</h2>\n<dl>\n"
    for kind in Problem.Kind.allCases {
      page += "<dt id=\"problem-\(kind.rawValue)\">\(kind.rawValue)</dt><dd>\(escaped(kind.title)).</dd>\n"
    }
    page += "</dl>\n</main>\n</body>\n</html>\n"
    return Array(page.utf8)
  }

  static let stylesheet = Array(
    """
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 64rem; margin: 0 auto; padding: 1rem; }
    h1 small { font-weight: normal; opacity: .7; }
    nav ul { list-style: none; padding: 0; }
    section { border-top: 1px solid #8886; margin-top: 1.5rem; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #8883; }
    code, dt { font-family: ui-monospace, monospace; }
    """.utf8)

  private static func section(_ endpoint: Endpoint) -> String {
    var html =
      "<section id=\"\(endpoint.operation)\">\n<h2><code>\(endpoint.method) \(escaped(endpoint.path))</code></h2>\n"
    html += "<p><strong>\(escaped(endpoint.summary)).</strong> \(escaped(endpoint.doc))</p>\n"
    if !endpoint.parameters.isEmpty {
      html += "<table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead><tbody>\n"
      for parameter in endpoint.parameters {
        html += row(parameter.name, words(parameter.type), parameter.doc + bounds(parameter))
      }
      html += "</tbody></table>\n"
    }
    if let body = endpoint.requestBody { html += "<p>Body: \(link(body.name))</p>\n" }
    html += "<table><thead><tr><th>Status</th><th>Body</th><th>Meaning</th></tr></thead><tbody>\n"
    for answer in endpoint.answers {
      html += row(
        String(answer.status), answer.record.map { link($0.name) } ?? escaped(answer.contentType ?? ""), answer.doc)
    }
    return html + "</tbody></table>\n</section>\n"
  }

  private static func section(_ record: RecordDescription) -> String {
    var html = "<section id=\"record-\(record.name)\">\n<h3>\(record.name)</h3>\n<p>\(escaped(record.doc))</p>\n"
    html += "<table><thead><tr><th>Member</th><th>Type</th><th>Meaning</th></tr></thead><tbody>\n"
    for field in record.fields { html += row(field.name, words(field.type), field.doc) }
    return html + "</tbody></table>\n</section>\n"
  }

  /// - Parameter type: HTML.
  private static func row(_ name: String, _ type: String, _ doc: String) -> String {
    "<tr><td><code>\(escaped(name))</code></td><td>\(type)</td><td>\(escaped(doc))</td></tr>\n"
  }

  private static func bounds(_ parameter: ParameterDescription) -> String {
    var text = ""
    if let minimum = parameter.minimum { text += " At least \(minimum)." }
    if let maximum = parameter.maximum { text += " At most \(maximum)." }
    switch parameter.standard {
    case .text(let value): text += " Default \(value)."
    case .integer(let value): text += " Default \(value)."
    case nil: break
    }
    return text
  }

  private static func words(_ type: JSONType) -> String {
    switch type {
    case .text(let format): format ?? "text"
    case .choice(let names): escaped(names.joined(separator: " | "))
    case .constant(let text): escaped("\"\(text)\"")
    case .integer: "whole number"
    case .number: "number"
    case .flag: "true | false"
    case .list(let inner): "list of " + words(inner)
    case .record(let record): link(record.name)
    case .map(let inner): "object of " + words(inner)
    case .optional(let inner): words(inner) + " | null"
    case .either(let types): types.map { words($0) }.joined(separator: " | ")
    }
  }

  private static func link(_ name: String) -> String { "<a href=\"#record-\(name)\">\(name)</a>" }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { out, character in
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
  }
}
