/// What participants and sessions are called in a BIDS dataset, whose labels have letters and digits only.
struct BIDSNames: Sendable {
    /// One session's place in the dataset.
    struct Place: Sendable {
        /// `sub-P01`.
        var subject: String
        /// `ses-01`: counts the participant's sessions in the order of their beginning.
        var session: String
        /// `chat` or `commentary`.
        var task: String

        /// The folder of its files, with a slash at its end.
        var folder: String { "\(subject)/\(session)/beh/" }
        /// What the names of its files begin with.
        var stem: String { "\(subject)_\(session)_task-\(task)" }
    }

    /// By the session's key.
    let places: [String: Place]

    init(_ sessions: [ExportedSession]) {
        // The same code in two studies is two people.
        struct Person: Hashable {
            var study: String
            var code: String
        }
        let groups = Dictionary(grouping: sessions) {
            Person(study: $0.entry.study, code: $0.key.participant)
        }
        let people = groups.keys.sorted { ($0.code, $0.study) < ($1.code, $1.study) }
        var places: [String: Place] = [:]
        for (person, label) in zip(people, Self.labels(people.map(\.code))) {
            let own = (groups[person] ?? []).sorted {
                ($0.entry.startedRealtime, $0.entry.identifier)
                    < ($1.entry.startedRealtime, $1.entry.identifier)
            }
            let width = max(2, String(own.count).count)
            for (number, session) in own.enumerated() {
                let digits = String(number + 1)
                let zeros = String(repeating: "0", count: width - digits.count)
                places[session.key.session] = Place(
                    subject: "sub-\(label)", session: "ses-\(zeros)\(digits)",
                    task: session.entry.kind.rawValue)
            }
        }
        self.places = places
    }

    /// Labels of ASCII letters and digits, unique even where case does not count. Names that are labels
    /// already keep theirs; others that would be alike are numbered: `P-01` beside `P01` is `P01n2`.
    static func labels(_ names: [String]) -> [String] {
        func plain(_ name: String) -> String {
            let letters = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
            // It stands in names of files twice, beside words of their own; these have at most 255 bytes.
            return letters.isEmpty ? "x" : String(letters.prefix(64))
        }
        var used: Set<String> = []
        var labels = [String](repeating: "", count: names.count)
        // First those that need no change.
        for isPlain in [true, false] {
            for (place, name) in names.enumerated() where (plain(name) == name) == isPlain {
                var label = plain(name)
                var number = 2
                while !used.insert(label.lowercased()).inserted {
                    label = "\(plain(name))n\(number)"
                    number += 1
                }
                labels[place] = label
            }
        }
        return labels
    }
}
