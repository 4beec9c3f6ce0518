import Foundation

/// Conditions as the study database and the session file keep them: a JSON object from factors to
/// levels, the factors in order.
public enum StudyCondition {
    public static func text(_ condition: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding plain strings cannot fail.
        return (try? String(decoding: encoder.encode(condition), as: UTF8.self)) ?? "{}"
    }

    /// Empty for what is not understood.
    public static func read(_ text: String) -> [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
    }
}
