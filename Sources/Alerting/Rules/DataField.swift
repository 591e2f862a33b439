import JSONText
import MarketModel

/// One member of a record that people write as JSON, rules and subscribers: how it is read, written and described.
public struct DataField<Record>: Sendable {
  public let name: String
  public let type: DataType
  public let doc: String
  /// What a usable value looks like.
  public let wanted: String
  let isRequired: Bool
  /// Puts the value into the record; false when it cannot be used.
  let read: @Sendable (inout Record, JSONValue) -> Bool
  /// Writes the value; false when the record leaves the member out.
  let write: @Sendable (Record, inout JSONWriter) -> Bool

  public var mayBeAbsent: Bool { !isRequired }
}

/// The types such members have.
public indirect enum DataType: Sendable {
  case text
  case date
  case flag
  case integer
  case number
  case choice([String])
  case list(DataType)
}

/// Why a record's text cannot be used, in words.
public struct DataProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The member it is about; nil when the whole is no record.
  public var member: String?
  public var seen: String
  public var wanted: String

  public init(member: String?, seen: String, wanted: String) {
    self.member = member
    self.seen = String(seen.prefix(80))
    self.wanted = wanted
  }

  public var description: String { "\(member ?? "body"): \"\(seen)\" cannot be used; wanted \(wanted)" }
}

/// Reads and writes records by their fields.
enum DataRecord {
  /// Puts all members into `record`. A member that is null counts as left out.
  static func read<Record>(
    _ bytes: [UInt8], _ fields: [DataField<Record>], into record: inout Record
  ) throws(DataProblem) {
    let value: JSONValue
    do throws(JSONValue.Malformed) { value = try JSONValue.parse(bytes) } catch {
      throw DataProblem(member: nil, seen: "no JSON at \(error)", wanted: "a JSON object")
    }
    guard case .object(let members) = value else {
      throw DataProblem(member: nil, seen: value.kind, wanted: "a JSON object")
    }
    if let unknown = members.keys.filter({ name in !fields.contains { $0.name == name } }).min() {
      throw DataProblem(
        member: unknown, seen: unknown, wanted: "one of " + fields.map(\.name).joined(separator: ", "))
    }
    for field in fields {
      guard let member = members[field.name], member != .null else {
        if field.isRequired { throw DataProblem(member: field.name, seen: "nothing", wanted: field.wanted) }
        continue
      }
      guard field.read(&record, member) else {
        throw DataProblem(member: field.name, seen: member.kind, wanted: field.wanted)
      }
    }
  }

  /// Members in the fields' order; what the record leaves out is left out.
  static func write<Record>(_ record: Record, _ fields: [DataField<Record>], into json: inout JSONWriter) {
    json.object { json in
      for field in fields {
        var value = JSONWriter(reservingBytes: 32)
        if field.write(record, &value) {
          json.key(field.name)
          json.raw(value.bytes)
        }
      }
    }
  }
}

// MARK: Kinds of members

extension DataField {
  /// Written always; kept as it is when left out, unless it is required.
  static func text(
    _ name: String, _ doc: String, wanted: String, isRequired: Bool = false,
    _ path: any WritableKeyPath<Record, String> & Sendable, _ isUsable: @escaping @Sendable (String) -> Bool
  ) -> DataField {
    DataField(
      name: name, type: .text, doc: doc, wanted: wanted, isRequired: isRequired,
      read: { record, value in
        guard case .text(let text) = value, isUsable(text) else { return false }
        record[keyPath: path] = text
        return true
      },
      write: { record, json in
        json.value(record[keyPath: path])
        return true
      })
  }

  static func flag(_ name: String, _ doc: String, _ path: any WritableKeyPath<Record, Bool> & Sendable) -> DataField {
    DataField(
      name: name, type: .flag, doc: doc, wanted: "true or false", isRequired: false,
      read: { record, value in
        guard case .flag(let flag) = value else { return false }
        record[keyPath: path] = flag
        return true
      },
      write: { record, json in
        json.value(record[keyPath: path])
        return true
      })
  }

  /// A whole number that is always there.
  static func integer(
    _ name: String, _ doc: String, _ range: ClosedRange<Int>, _ path: any WritableKeyPath<Record, Int> & Sendable
  ) -> DataField {
    DataField(
      name: name, type: .integer, doc: doc, wanted: wanted(range), isRequired: false,
      read: { record, value in
        guard let number = whole(value), range.contains(Int(number)) else { return false }
        record[keyPath: path] = Int(number)
        return true
      },
      write: { record, json in
        json.value(record[keyPath: path])
        return true
      })
  }

  static func integerOrNone<Number: FixedWidthInteger & Sendable>(
    _ name: String, _ doc: String, _ range: ClosedRange<Int>, _ path: any WritableKeyPath<Record, Number?> & Sendable
  ) -> DataField {
    DataField(
      name: name, type: .integer, doc: doc, wanted: wanted(range), isRequired: false,
      read: { record, value in
        guard let number = whole(value), range.contains(Int(number)) else { return false }
        record[keyPath: path] = Number(number)
        return true
      },
      write: { record, json in
        guard let number = record[keyPath: path] else { return false }
        json.value(number)
        return true
      })
  }

  private static func wanted(_ range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func whole(_ value: JSONValue) -> Int64? {
    guard case .number(let text) = value else { return nil }
    return Int64(text)
  }

  /// A decimal kept in units of 1e-6 or 1e-9.
  /// - Parameter nanos: the record's unit is 1e-9, the text has six decimals at most all the same.
  static func decimal(
    _ name: String, _ doc: String, wanted: String, from lowest: Int64, nanos: Bool = false,
    _ path: any WritableKeyPath<Record, Int64?> & Sendable
  ) -> DataField {
    DataField(
      name: name, type: .number, doc: doc, wanted: wanted, isRequired: false,
      read: { record, value in
        guard case .number(let text) = value, let micros = DecimalText.micros(text), micros >= lowest else {
          return false
        }
        let scaled = micros.multipliedReportingOverflow(by: nanos ? 1000 : 1)
        if scaled.overflow { return false }
        record[keyPath: path] = scaled.partialValue
        return true
      },
      write: { record, json in
        guard let value = record[keyPath: path] else { return false }
        json.value(micros: nanos ? value / 1000 : value)
        return true
      })
  }

  static func choice<Choice: Sendable & Equatable>(
    _ name: String, _ doc: String, _ choices: [(name: String, choice: Choice)],
    _ path: any WritableKeyPath<Record, Choice> & Sendable, isRequired: Bool = false
  ) -> DataField {
    let names = choices.map(\.name)
    return DataField(
      name: name, type: .choice(names), doc: doc, wanted: "one of " + names.joined(separator: ", "),
      isRequired: isRequired,
      read: { record, value in
        guard case .text(let text) = value, let found = choices.first(where: { $0.name == text }) else { return false }
        record[keyPath: path] = found.choice
        return true
      },
      write: { record, json in
        guard let found = choices.first(where: { $0.choice == record[keyPath: path] }) else { return false }
        json.value(found.name)
        return true
      })
  }

  static func choiceOrNone<Choice: Sendable & Equatable>(
    _ name: String, _ doc: String, _ choices: [(name: String, choice: Choice)],
    _ path: any WritableKeyPath<Record, Choice?> & Sendable
  ) -> DataField {
    let names = choices.map(\.name)
    return DataField(
      name: name, type: .choice(names), doc: doc, wanted: "one of " + names.joined(separator: ", "), isRequired: false,
      read: { record, value in
        guard case .text(let text) = value, let found = choices.first(where: { $0.name == text }) else { return false }
        record[keyPath: path] = found.choice
        return true
      },
      write: { record, json in
        guard let choice = record[keyPath: path], let found = choices.first(where: { $0.choice == choice }) else {
          return false
        }
        json.value(found.name)
        return true
      })
  }

  /// Several, each once, in the order they came; left out when there is none.
  static func choices<Choice: Sendable & Equatable>(
    _ name: String, _ doc: String, _ choices: [(name: String, choice: Choice)],
    _ path: any WritableKeyPath<Record, [Choice]> & Sendable
  ) -> DataField {
    let names = choices.map(\.name)
    return texts(
      name, doc, type: .choice(names), wanted: "a list out of " + names.joined(separator: ", "), path,
      read: { text in choices.first { $0.name == text }?.choice },
      write: { choice in choices.first { $0.choice == choice }?.name })
  }

  static func texts<Element: Sendable & Equatable>(
    _ name: String, _ doc: String, type: DataType = .text, wanted: String,
    _ path: any WritableKeyPath<Record, [Element]> & Sendable, read: @escaping @Sendable (String) -> Element?,
    write: @escaping @Sendable (Element) -> String?
  ) -> DataField {
    DataField(
      name: name, type: .list(type), doc: doc, wanted: wanted, isRequired: false,
      read: { record, value in
        guard case .list(let values) = value, values.count <= 64 else { return false }
        var elements: [Element] = []
        for value in values {
          guard case .text(let text) = value, let element = read(text), !elements.contains(element) else {
            return false
          }
          elements.append(element)
        }
        record[keyPath: path] = elements
        return true
      },
      write: { record, json in
        let texts = record[keyPath: path].compactMap { write($0) }
        json.array { json in for text in texts { json.value(text) } }
        return !texts.isEmpty
      })
  }
}

/// Names of rules, subscribers and channels.
enum DataName {
  static let wanted = "1 to 64 letters, digits, _, - and ."

  static func isUsable(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
      }
  }
}
