/// A Qualtrics survey file (QSF): JSON with `SurveyEntry` and `SurveyElements`, among these the
/// blocks (`BL`), the flow (`FL`) and the questions (`SQ`).
///
/// Qualtrics does not document the format. What is read here are the parts that surveys of 2016 to
/// 2025 agree on; everything else is told.
struct QualtricsSurvey {
    private var questions: [String: ImportTree] = [:]
    private var names = ImportNames()
    private var remarks: [String] = []

    static func read(_ text: String) throws(ImportError) -> QuestionnaireImport {
        let root = try ImportTree.parse(text)
        var survey = QualtricsSurvey()
        return try survey.convert(root)
    }

    /// A block of questions.
    private struct Block {
        var id: String
        var title: String
        var questions: [String]
        var isShuffled: Bool
    }

    private mutating func convert(_ root: ImportTree) throws(ImportError) -> QuestionnaireImport {
        guard case .list(let elements) = root["SurveyElements"] else { throw .notASurvey }
        var blocks: [Block] = []
        var flow: [String]?
        for element in elements {
            let payload = element["Payload"]
            switch element["Element"].string {
            case "SQ":
                let id = element["PrimaryAttribute"].string ?? payload["QuestionID"].string
                if let id { questions[id] = payload }
            case "BL":
                for tree in payload.elements {
                    if let block = block(tree) { blocks.append(block) }
                }
            case "FL":
                var order: [String] = []
                walk(payload, into: &order)
                flow = order
            default: continue
            }
        }
        if blocks.isEmpty {
            blocks = [
                Block(
                    id: "", title: root["SurveyEntry"]["SurveyName"].string ?? "Survey",
                    questions: questions.keys.sorted { ($0.count, $0) < ($1.count, $1) },
                    isShuffled: false)
            ]
            flow = nil
        }
        if let flow {
            // Blocks that the flow leaves out are not asked in the survey either.
            let asked = flow.compactMap { id in blocks.first { $0.id == id } }
            for block in blocks where !flow.contains(block.id) && !block.questions.isEmpty {
                remarks.append("\(block.title): the survey's flow does not ask this block")
            }
            blocks = asked
        }
        var result: [Questionnaire] = []
        var used: Set<String> = []
        for block in blocks where used.insert(block.id).inserted {
            if let questionnaire = questionnaire(block) { result.append(questionnaire) }
        }
        return QuestionnaireImport(questionnaires: result, remarks: remarks)
    }

    private mutating func block(_ tree: ImportTree) -> Block? {
        let title = tree["Description"].string.map(ImportedText.plain) ?? "Block"
        let questions = tree["BlockElements"].elements.compactMap { element in
            element["Type"].string == "Question" ? element["QuestionID"].string : nil
        }
        guard tree["Type"].string != "Trash" else {
            if !questions.isEmpty {
                remarks.append("\(questions.count) unused questions of the trash were left out")
            }
            return nil
        }
        for key in ["Looping", "LoopingOptions"] {
            let looping = tree["Options"][key]
            if !looping.isNull, looping.string != "None" {
                remarks.append("\(title): the block is repeated by Loop & Merge; here it is once")
                break
            }
        }
        let order = tree["Options"]["RandomizeQuestions"].string ?? "false"
        if !["false", "true", "RandomizeAll"].contains(order) {
            remarks.append(
                "\(title): questions are shuffled by rules that are not taken; the order is fixed")
        }
        return Block(
            id: tree["ID"].string ?? title, title: title, questions: questions,
            isShuffled: order == "true" || order == "RandomizeAll")
    }

    private mutating func walk(_ tree: ImportTree, into order: inout [String]) {
        for element in tree["Flow"].elements {
            let type = element["Type"].string ?? ""
            switch type {
            case "Block", "Standard", "Default":
                if let id = element["ID"].string { order.append(id) }
            case "Root", "Group": break
            case "EmbeddedData", "EndSurvey", "WebService", "Authenticator", "TableOfContents",
                "ReferenceSurvey", "Supplemental":
                remarks.append("the survey's flow: an element of type \(type) is not taken")
            case "Branch":
                remarks.append(
                    "the survey's flow: a branch is not taken; all its blocks are here, and `when` "
                        + "can hide items")
            case "BlockRandomizer":
                remarks.append("the survey's flow: blocks are not shuffled here")
            default: remarks.append("the survey's flow: an element of type \(type) is unknown")
            }
            walk(element, into: &order)
        }
    }

    private mutating func questionnaire(_ block: Block) -> Questionnaire? {
        var instructions: [String] = []
        var waiting: [String] = []
        var items: [Questionnaire.Item] = []
        var logic = QualtricsLogic()
        for id in block.questions {
            guard let question = questions[id] else { continue }
            if question["QuestionType"].string == "DB" {
                let text = ImportedText.plain(question["QuestionText"].string ?? "")
                tell(QualtricsQuestion.losses(of: question), question, id)
                if QualtricsLogic.isGiven(question) {
                    tell(["not taken: its display logic; the text is always shown"], question, id)
                }
                guard !text.isEmpty else { continue }
                if items.isEmpty { instructions.append(text) } else { waiting.append(text) }
                continue
            }
            let converted = QualtricsQuestion(question, id: id).items()
            tell(converted.remarks, question, id)
            let when = logic.condition(question["DisplayLogic"])
            if !converted.items.isEmpty, when == nil, QualtricsLogic.isGiven(question) {
                tell(["not taken: its display logic; write it as `when`"], question, id)
            }
            for (index, item) in converted.items.enumerated() {
                var item = item
                if index == 0, !waiting.isEmpty {
                    item.label = item.text
                    item.text = (waiting + [item.text]).joined(separator: "\n")
                    waiting = []
                    tell(["the descriptive text before it was put into its text"], question, id)
                }
                item.when = when
                items.append(names.settle(item))
            }
            if converted.items.count == 1, let item = items.last, item.kind == .choice {
                logic.add(id, item.name, values: QualtricsQuestion.values(of: question, in: item))
            }
        }
        if !waiting.isEmpty {
            remarks.append("\(block.title): a descriptive text at its end was left out")
        }
        guard !items.isEmpty else { return nil }
        return Questionnaire(
            name: names.questionnaire(block.title, otherwise: "block"), title: block.title,
            instructions: instructions.isEmpty ? nil : instructions.joined(separator: "\n"),
            order: block.isShuffled ? .random : .fixed, items: items)
    }

    private mutating func tell(_ messages: [String], _ question: ImportTree, _ id: String) {
        let name = question["DataExportTag"].string ?? id
        remarks += messages.map { "\(name): \($0)" }
    }
}
