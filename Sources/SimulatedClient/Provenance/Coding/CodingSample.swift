import Randomness
import StudyProtocol

/// Messages for two people to put into classes by themselves, blind to what the machine said, to whose the
/// messages are and to their condition.
///
/// Written as a table with the columns `item`, `message`, `suggestion_1` and so on, `coder_1` and
/// `coder_2`; the last two are to be filled in.
public struct CodingSample: Hashable, Sendable {
    /// In the order in which they are to be coded.
    public var messages: [MessageProvenance]

    /// Draws messages, each as likely, whatever the order in which they come.
    ///
    /// Taken are those whose Suggestions were shown and whose texts are known.
    /// - Parameters:
    ///   - count: how many; fewer where there are not so many.
    ///   - seed: what the choice and the order follow from.
    public init(_ messages: [MessageProvenance], count: Int, seed: UInt64) {
        let fit = messages.filter { $0.report.shown && !$0.suggestions.isEmpty && !$0.text.isEmpty }
            .sorted { ($0.item, $0.turn) < ($1.item, $1.turn) }
        var random = SeededGenerator(seed: seed, "coding-sample")
        self.messages = Array(random.shuffled(fit).prefix(max(count, 0)))
    }

    /// The table as CSV (RFC 4180 with line feeds), UTF-8 with the mark that spreadsheets look for.
    public var csv: String {
        let most = messages.map { texts($0).count }.max() ?? 0
        var header = ["item", "message"]
        for number in stride(from: 1, through: most, by: 1) {
            header.append("suggestion_\(number)")
        }
        var lines = [(header + ["coder_1", "coder_2"]).joined(separator: ",")]
        for message in messages {
            let shown = texts(message)
            let padding = [String](repeating: "", count: most - shown.count)
            let fields = [message.item, message.text] + shown + padding + ["", ""]
            lines.append(fields.map(Self.field).joined(separator: ","))
        }
        return "\u{FEFF}" + lines.joined(separator: "\n") + "\n"
    }

    /// The Suggestions in the order of the report.
    private func texts(_ message: MessageProvenance) -> [String] {
        message.report.suggestions.compactMap { message.suggestions[$0.id] }
    }

    /// A field in quotes where it needs them. What a spreadsheet would take for a formula gets a mark that
    /// it is text.
    public static func field(_ text: String) -> String {
        var text = text
        if let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline || $0 == ";" }) else {
            return text
        }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
