import Timebase

@testable import SessionStore

/// Something in every table of a review file.
enum SessionReviewing {
    private static func uuid(_ number: Int) -> String {
        "00000000-0000-4000-8000-00000000000\(number)"
    }

    static func add(to path: String) throws {
        _ = try SessionAligner(path: path).run(reason: "again")
        let review = SessionReview(path: path)
        _ = try review.add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: -0.5, arousal: nil, note: "pale", actor: "anna",
                madeRealtime: 5))
        let scheme = CodingSchemeText(
            actor: "anna", name: "moments", version: "1", text: "scheme: moments\n")
        _ = try review.add(scheme)
        let bounds = try SessionBounds(path: path)
        var changes: [AnnotationChange] = []
        for (number, kind) in [AnnotationKind.point, .interval, .turn, .span].enumerated() {
            changes.append(
                AnnotationChange(
                    change: uuid(number), annotation: uuid(number), action: .add, layer: "anna",
                    scheme: "moments", schemeVersion: "1", schemeSHA256: scheme.sha256,
                    kind: kind, code: "validation", start: bounds.first + 10,
                    end: kind == .point ? nil : bounds.first + 20,
                    turn: kind == .turn || kind == .span ? 1 : nil,
                    spanStart: kind == .span ? 0 : nil, spanEnd: kind == .span ? 3 : nil))
        }
        _ = try review.put(changes, actor: "anna")
        _ = try review.put([
            Rating(
                change: uuid(5), rater: "anna", role: .expert, assignment: "a", stage: "blind",
                turn: 1, item: "empathy", value: "3")
        ])
        _ = try review.set(
            RatingStage(rater: "anna", assignment: "a", stage: "blind", action: .opened))
        _ = try review.add(
            Transcript(change: uuid(6), actor: "anna", source: .typed, language: "de"),
            [TranscriptSegment(start: bounds.first, end: bounds.first + 5, text: "Grüße")])
    }
}
