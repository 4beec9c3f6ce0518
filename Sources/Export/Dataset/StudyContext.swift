import Review
import SessionStore
import StudyProtocol
import Timebase

/// What the tables of each session need to know of all sessions: so that they have the same columns.
struct StudyContext: Sendable {
    /// A factor of the conditions, with its column.
    struct Factor: Sendable {
        var name: String
        var column: TableColumn
    }

    /// What raters say of turns on one item in one stage, with its columns.
    struct Item: Sendable {
        var name: String
        var stage: ReviewStage
        /// Mean over the experts who rated it, how many they were, and what the participant said.
        var mean: TableColumn
        var count: TableColumn
        var own: TableColumn
    }

    let factors: [Factor]
    let items: [Item]
    /// What the numbers of questionnaires' variables mean, by the variables' codes.
    let labels: [String: [TableColumn.Label]]
    /// By id.
    let assignments: [String: ReviewAssignment]
    /// By id; those whose scheme can be read.
    let schemes: [String: CodingScheme]
    let plans: [String: ReviewPlan]
    /// Keys of the sessions, by their identifiers: what a commentary looks back on.
    let keys: [String: SessionKey]
    let pseudonyms: Pseudonyms?
    /// What stands for the codes of participants and sessions in texts.
    let codes: CodeReplacement
    /// Starts of the sessions on their clocks, by their identifiers.
    private let starts: [String: Instant]

    init(_ dataset: Dataset, _ pseudonyms: Pseudonyms?) {
        starts = Dictionary(
            dataset.sessions.map { ($0.identifier.lowercased(), $0.started) },
            uniquingKeysWith: { first, _ in first })
        keys = Dictionary(
            dataset.sessions.map { ($0.identifier.lowercased(), SessionKey($0, pseudonyms)) },
            uniquingKeysWith: { first, _ in first })
        self.pseudonyms = pseudonyms
        codes = CodeReplacement(Self.codes(dataset, pseudonyms))
        labels = Self.labels(dataset)
        let studies = dataset.studies.sorted { $0.key < $1.key }.map(\.value)
        assignments = Dictionary(
            studies.flatMap(\.assignments).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let plans = studies.flatMap(\.plans)
        self.plans = Dictionary(plans.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let schemes = plans.compactMap { plan in
            (try? CodingScheme.read(plan.schemeText, file: plan.scheme)).map { (plan.id, $0) }
        }
        self.schemes = Dictionary(schemes, uniquingKeysWith: { $1 })
        var names = ColumnNames(taken: Self.taken)
        factors = Self.factors(dataset, &names)
        items = Self.items(schemes.map(\.1.form), &names)
    }

    /// When a session of the dataset started, on its clock; nil for one that is not exported.
    func start(of identifier: String?) -> Instant? {
        identifier.flatMap { starts[$0.lowercased()] }
    }

    /// Names that every table with conditions has already.
    private static let taken = ["participant", "session", "visit", "turn", "phase"]

    /// Of everybody on the studies' rosters too, who withdrew or not.
    private static func codes(
        _ dataset: Dataset, _ pseudonyms: Pseudonyms?
    ) -> [String: String] {
        guard let pseudonyms else { return [:] }
        var codes: [String: String] = [:]
        for (study, found) in dataset.studies {
            for entry in found.roster {
                let code = entry.participant.code
                codes[code] = pseudonyms.participant(code, study: study)
            }
        }
        for session in dataset.sessions {
            codes[session.participant] = pseudonyms.participant(
                session.participant, study: session.study)
            codes[session.identifier.lowercased()] = pseudonyms.session(session.identifier)
            if let parent = session.parent {
                codes[parent.lowercased()] = pseudonyms.session(parent)
            }
        }
        return codes
    }

    private static func labels(_ dataset: Dataset) -> [String: [TableColumn.Label]] {
        var labels: [String: [TableColumn.Label]] = [:]
        for text in Set(dataset.sessions.map(\.protocolText)) where !text.isEmpty {
            let plan = try? StudyPlan.read(text, file: "protocol")
            for variable in (plan?.questionnaires ?? []).flatMap(\.variables) {
                labels[variable.code] = variable.valueLabels.map { .init($0.value, $0.text) }
            }
        }
        return labels
    }

    private static func factors(_ dataset: Dataset, _ names: inout ColumnNames) -> [Factor] {
        var levels: [String: Set<String>] = [:]
        for session in dataset.sessions {
            for (factor, level) in session.condition ?? [:] {
                levels[factor, default: []].insert(level)
            }
        }
        return levels.sorted { $0.key < $1.key }.map { name, levels in
            Factor(
                name: name,
                column: .category(
                    names.column("c_\(ColumnNames.snakeCase(name, fallback: "factor"))"),
                    levels.sorted(), "Condition: level of the factor \(name)"))
        }
    }

    private static func items(_ forms: [RatingForm], _ names: inout ColumnNames) -> [Item] {
        var items: [Item] = []
        for form in forms {
            for item in form.ratings where item.of == .turn {
                for stage in ReviewStage.allCases where item.isAsked(in: stage) {
                    guard !items.contains(where: { $0.name == item.name && $0.stage == stage })
                    else { continue }
                    let mark = stage == .transcript ? "" : "c"
                    let stem = ColumnNames.snakeCase(item.name, fallback: "item")
                    let of =
                        "\(item.title), seen "
                        + (stage == .transcript ? "the transcript alone" : "with its context")
                    let labels = item.scale.values.compactMap { value in
                        item.scale.label(of: value).map { TableColumn.Label(Double(value), $0) }
                    }
                    items.append(
                        Item(
                            name: item.name, stage: stage,
                            mean: TableColumn(
                                names.column("x\(mark)_\(stem)"), .real, "",
                                "Mean of the experts' ratings: \(of)"),
                            count: TableColumn(
                                names.column("n\(mark)_\(stem)"), .integer, "",
                                "Experts who rated: \(of)"),
                            own: TableColumn(
                                names.column("p\(mark)_\(stem)"), .integer, "",
                                "The participant's own rating: \(of)", labels: labels)))
                }
            }
        }
        return items
    }
}
