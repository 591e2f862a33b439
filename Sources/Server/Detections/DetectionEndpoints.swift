/// `/detections` as the description names it.
enum DetectionEndpoints {
  static let all: [Endpoint] = [
    Endpoint(
      method: "GET", path: DetectionsRoute.path, operation: "getDetections",
      summary: "What the detectors found, newest first",
      doc:
        "Ordered by the newest print, so that one moves to the front when a print joins. From memory as far as it reaches, "
        + "then from the database. Give `next` back as `cursor` for the page after; the stream tells of what is new.",
      parameters: DetectionsRoute.parameters.descriptions,
      answers: [
        .json(200, "A page of detections.", DetectionsPage.schema.record), .badParameter, .foreignHost,
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ]),
    Endpoint(
      method: "GET", path: DetectionRoute.prefix + "{id}", operation: "getDetection",
      summary: "One detection with all its prints",
      doc:
        "An id is day, detector and count of its finds on that day, `20261120-sweep-17`: the same whenever the day is played.",
      parameters: [
        ParameterDescription(name: "id", place: .path, type: .text(), doc: "The `id` of a row of /detections.")
      ] + DetectionRoute.parameters.descriptions,
      answers: [
        .json(200, "The detection.", DetectionAnswer.schema.record), .badParameter, .foreignHost,
        .problem(404, "Nothing of that id was found."),
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ]),
  ]
}
