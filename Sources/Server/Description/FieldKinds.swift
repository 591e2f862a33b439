import JSONText
import MarketModel

// How each kind of value is declared and written. `OrNull` kinds write null for a value that is not known, so that a
// reader never mistakes "not known" for zero.
extension Field {
  typealias Get<Value> = @Sendable (Row) -> Value

  static func text(_ name: String, _ doc: String, _ get: @escaping Get<String>) -> Field {
    Field(name: name, type: .text(), doc: doc) { $1.value(get($0)) }
  }

  static func textOrNull(_ name: String, _ doc: String, _ get: @escaping Get<String?>) -> Field {
    Field(name: name, type: .optional(.text()), doc: doc) { row, json in
      if let text = get(row) { json.value(text) } else { json.null() }
    }
  }

  static func constant(_ name: String, _ text: String, _ doc: String) -> Field {
    Field(name: name, type: .constant(text), doc: doc) { $1.value(text) }
  }

  static func choice<Choice: APIChoice>(_ name: String, _ doc: String, _ get: @escaping Get<Choice>) -> Field {
    Field(name: name, type: .choice(Choice.names), doc: doc) { $1.value(get($0).apiName) }
  }

  static func choiceOrNull<Choice: APIChoice>(_ name: String, _ doc: String, _ get: @escaping Get<Choice?>) -> Field {
    Field(name: name, type: .optional(.choice(Choice.names)), doc: doc) { row, json in
      if let choice = get(row) { json.value(choice.apiName) } else { json.null() }
    }
  }

  static func integer(_ name: String, _ doc: String, _ get: @escaping Get<Int64>) -> Field {
    Field(name: name, type: .integer, doc: doc) { $1.value(get($0)) }
  }

  static func integerOrNull(_ name: String, _ doc: String, _ get: @escaping Get<Int64?>) -> Field {
    Field(name: name, type: .optional(.integer), doc: doc) { row, json in
      if let number = get(row) { json.value(number) } else { json.null() }
    }
  }

  static func number(_ name: String, _ doc: String, _ get: @escaping Get<Double>) -> Field {
    Field(name: name, type: .number, doc: doc) { $1.value(get($0)) }
  }

  static func numberOrNull(_ name: String, _ doc: String, _ get: @escaping Get<Double?>) -> Field {
    Field(name: name, type: .optional(.number), doc: doc) { row, json in
      if let number = get(row) { json.value(number) } else { json.null() }
    }
  }

  static func flag(_ name: String, _ doc: String, _ get: @escaping Get<Bool>) -> Field {
    Field(name: name, type: .flag, doc: doc) { $1.value(get($0)) }
  }

  /// Money from millionths, written exactly.
  static func money(_ name: String, _ doc: String, micros get: @escaping Get<Int64>) -> Field {
    Field(name: name, type: .number, doc: doc) { $1.value(micros: get($0)) }
  }

  static func moneyOrNull(_ name: String, _ doc: String, micros get: @escaping Get<Int64?>) -> Field {
    Field(name: name, type: .optional(.number), doc: doc) { row, json in
      if let micros = get(row) { json.value(micros: micros) } else { json.null() }
    }
  }

  /// A price whose zero stands for "not known".
  static func priceOrNull(_ name: String, _ doc: String, _ get: @escaping Get<Price>) -> Field {
    moneyOrNull(name, doc) { row in
      let price = get(row)
      return price == .zero ? nil : price.micros
    }
  }

  /// A number from 1e-9.
  static func nanos(_ name: String, _ doc: String, _ get: @escaping Get<Int64>) -> Field {
    Field(name: name, type: .number, doc: doc) { $1.value(Double(get($0)) / 1e9) }
  }

  /// A number from 1e-9 whose `ContractReference.unknown` stands for "not known".
  static func nanosOrNull(_ name: String, _ doc: String, _ get: @escaping Get<Int64>) -> Field {
    numberOrNull(name, doc) { row in
      let nanos = get(row)
      return nanos == ContractReference.unknown ? nil : Double(nanos) / 1e9
    }
  }

  static func time(_ name: String, _ doc: String, _ get: @escaping Get<Timestamp>) -> Field {
    Field(name: name, type: .text(format: "date-time"), doc: doc) { $1.value(get($0).rfc3339) }
  }

  /// A moment whose `.none` stands for "not known".
  static func timeOrNull(_ name: String, _ doc: String, _ get: @escaping Get<Timestamp>) -> Field {
    Field(name: name, type: .optional(.text(format: "date-time")), doc: doc) { row, json in
      let time = get(row)
      if time == .none { json.null() } else { json.value(time.rfc3339) }
    }
  }

  static func dateOrNull(_ name: String, _ doc: String, _ get: @escaping Get<MarketDate?>) -> Field {
    Field(name: name, type: .optional(.text(format: "date")), doc: doc) { row, json in
      if let date = get(row) { json.value(date.description) } else { json.null() }
    }
  }

  static func date(_ name: String, _ doc: String, _ get: @escaping Get<MarketDate>) -> Field {
    Field(name: name, type: .text(format: "date"), doc: doc) { $1.value(get($0).description) }
  }

  static func texts(_ name: String, _ doc: String, _ get: @escaping Get<[String]>) -> Field {
    Field(name: name, type: .list(.text()), doc: doc) { row, json in
      json.array { json in for text in get(row) { json.value(text) } }
    }
  }

  static func choices(_ name: String, of names: [String], _ doc: String, _ get: @escaping Get<[String]>) -> Field {
    Field(name: name, type: .list(.choice(names)), doc: doc) { row, json in
      json.array { json in for text in get(row) { json.value(text) } }
    }
  }

  static func integers(_ name: String, _ doc: String, _ get: @escaping Get<[Int]>) -> Field {
    Field(name: name, type: .list(.integer), doc: doc) { row, json in
      json.array { json in for number in get(row) { json.value(number) } }
    }
  }

  static func prices(_ name: String, _ doc: String, _ get: @escaping Get<[Price]>) -> Field {
    Field(name: name, type: .list(.number), doc: doc) { row, json in
      json.array { json in for price in get(row) { json.value(micros: price.micros) } }
    }
  }

  static func numbersOrNull(_ name: String, _ doc: String, _ get: @escaping Get<[Double?]>) -> Field {
    Field(name: name, type: .list(.optional(.number)), doc: doc) { row, json in
      json.array { json in
        for number in get(row) { if let number { json.value(number) } else { json.null() } }
      }
    }
  }

  static func record<Inner>(
    _ name: String, _ doc: String, _ schema: Schema<Inner>, _ get: @escaping Get<Inner>
  ) -> Field {
    Field(name: name, type: .record(schema.record), doc: doc) { schema.write(get($0), into: &$1) }
  }

  static func recordOrNull<Inner>(
    _ name: String, _ doc: String, _ schema: Schema<Inner>, _ get: @escaping Get<Inner?>
  ) -> Field {
    Field(name: name, type: .optional(.record(schema.record)), doc: doc) { row, json in
      if let inner = get(row) { schema.write(inner, into: &json) } else { json.null() }
    }
  }

  static func records<Inner>(
    _ name: String, _ doc: String, _ schema: Schema<Inner>, _ get: @escaping Get<[Inner]>
  ) -> Field {
    Field(name: name, type: .list(.record(schema.record)), doc: doc) { row, json in
      json.array { json in for inner in get(row) { schema.write(inner, into: &json) } }
    }
  }

  /// A value that is JSON already, as records share it that have it in common.
  static func written(_ name: String, _ doc: String, _ type: JSONType, _ get: @escaping Get<[UInt8]>) -> Field {
    Field(name: name, type: type, doc: doc) { $1.raw(get($0)) }
  }

  /// An object of counts whose names are data.
  static func counts(_ name: String, _ doc: String, _ get: @escaping Get<[(name: String, count: Int64)]>) -> Field {
    Field(name: name, type: .map(.integer), doc: doc) { row, json in
      json.object { json in for (name, count) in get(row) { json.field(name, count) } }
    }
  }
}

/// An enumeration whose cases have a name in the API.
protocol APIChoice: Sendable {
  /// All cases that the API knows, in order.
  static var choices: [Self] { get }
  var apiName: String { get }
}

extension APIChoice where Self: CaseIterable, AllCases == [Self] {
  static var choices: [Self] { allCases }
}

extension APIChoice {
  /// All names, in order of declaration.
  static var names: [String] { choices.map(\.apiName) }
}
