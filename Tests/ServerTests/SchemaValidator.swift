import Foundation

@testable import Server

/// Checks a JSON value against the schema that /openapi.json gives for it; knows the keywords our description uses.
struct SchemaValidator {
  private let components: [String: Any]

  init(openAPI: [String: Any]) {
    let all = openAPI["components"] as? [String: Any] ?? [:]
    components = all["schemas"] as? [String: Any] ?? [:]
  }

  /// Every way in which the value differs from the named schema.
  func errors(_ value: Any, against name: String) -> [String] {
    var errors: [String] = []
    check(value, ["$ref": "#/components/schemas/\(name)"], "$", &errors)
    return errors
  }

  private func check(_ value: Any, _ schema: [String: Any], _ path: String, _ errors: inout [String]) {
    // Anything will do.
    if schema.isEmpty { return }
    if let reference = schema["$ref"] as? String {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let target = components[name] as? [String: Any] else { return errors.append("\(path): no schema \(name)") }
      return check(value, target, path, &errors)
    }
    if let choices = schema["anyOf"] as? [[String: Any]] {
      let attempts = choices.map { choice in
        var attempt: [String] = []
        check(value, choice, path, &attempt)
        return attempt
      }
      // The first choice is the real one, the second null: its complaints are the useful ones.
      if !attempts.contains(where: \.isEmpty) { errors += attempts[0] }
      return
    }
    if let constant = schema["const"] as? String, value as? String != constant {
      errors.append("\(path): not \(constant)")
    }
    if let names = schema["enum"] as? [String], !names.contains(value as? String ?? "") {
      errors.append("\(path): \(value) is not one of \(names)")
    }
    switch schema["type"] as? String {
    case "object": checkObject(value, schema, path, &errors)
    case "array":
      guard let elements = value as? [Any] else { return errors.append("\(path): not a list") }
      for (i, element) in elements.enumerated() {
        check(element, schema["items"] as? [String: Any] ?? [:], "\(path)[\(i)]", &errors)
      }
    case "string":
      guard let text = value as? String else { return errors.append("\(path): \(value) is not text") }
      checkFormat(text, schema["format"] as? String, path, &errors)
    case "number": if !isNumber(value) { errors.append("\(path): \(value) is not a number") }
    case "integer":
      if !isNumber(value) || (value as? NSNumber).map({ $0.doubleValue.rounded() != $0.doubleValue }) != false {
        errors.append("\(path): \(value) is not a whole number")
      }
    case "boolean": if !isFlag(value) { errors.append("\(path): \(value) is not a flag") }
    case "null": if !(value is NSNull) { errors.append("\(path): \(value) is not null") }
    default: errors.append("\(path): a schema without a type")
    }
  }

  private func checkObject(_ value: Any, _ schema: [String: Any], _ path: String, _ errors: inout [String]) {
    guard let object = value as? [String: Any] else { return errors.append("\(path): not an object") }
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    for name in schema["required"] as? [String] ?? [] where object[name] == nil {
      errors.append("\(path).\(name): is missing")
    }
    for (name, member) in object {
      if let property = properties[name] {
        check(member, property, "\(path).\(name)", &errors)
      } else if let other = schema["additionalProperties"] as? [String: Any] {
        check(member, other, "\(path).\(name)", &errors)
      } else {
        errors.append("\(path).\(name): is not described")
      }
    }
  }

  private func checkFormat(_ text: String, _ format: String?, _ path: String, _ errors: inout [String]) {
    let pattern: String
    switch format {
    case "date-time": pattern = #"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"#
    case "date": pattern = #"^\d{4}-\d\d-\d\d$"#
    default: return
    }
    if text.range(of: pattern, options: .regularExpression) == nil {
      errors.append("\(path): \(text) is no \(format ?? "")")
    }
  }

  private func isFlag(_ value: Any) -> Bool { (value as? NSNumber).map { isBoolean($0) } ?? false }
  private func isNumber(_ value: Any) -> Bool { value is NSNumber && !isFlag(value) }
  private func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
