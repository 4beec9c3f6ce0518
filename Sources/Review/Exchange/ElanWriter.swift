import Markup
import SessionStore
import Timebase

/// Writes tiers as an ELAN annotation document, EAF 3.0. Times are whole milliseconds since the session's
/// start.
///
/// What is said of an annotation beyond its value stands in tiers of symbolic association below its own. A
/// point is of one millisecond, in a tier whose type is `point`.
struct ElanWriter {
    let start: Instant
    /// Of the session; kept as a property, so that a file can be told from another one's.
    let session: String
    let version: Int64
    /// RFC 3339.
    let date: String
    let author: String

    private struct Document {
        var lines: [String] = []
        var slots: [(name: String, time: Int64)] = []
        var annotations = 0
        var types: [(name: String, constraint: String?, vocabulary: String?)] = []
        var vocabularies: [(name: String, codes: [TierCode])] = []

        mutating func slot(_ milliseconds: Int64) -> String {
            let name = "ts\(slots.count + 1)"
            slots.append((name, milliseconds))
            return name
        }

        /// The slots in the order of their times, which is what ELAN expects.
        var timeOrder: [String] {
            slots.enumerated().sorted {
                ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
            }.map { _, slot in
                XMLText.tag(
                    "TIME_SLOT", [("TIME_SLOT_ID", slot.name), ("TIME_VALUE", "\(slot.time)")],
                    isEmpty: true)
            }
        }

        mutating func annotation() -> String {
            annotations += 1
            return "a\(annotations)"
        }

        mutating func type(
            _ name: String, constraint: String? = nil, vocabulary: String? = nil
        ) -> String {
            if !types.contains(where: { $0.name == name }) {
                types.append((name, constraint, vocabulary))
            }
            return name
        }
    }

    func text(_ tiers: [AnnotationTier]) -> String {
        var document = Document()
        for tier in tiers { add(tier, to: &document) }
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            XMLText.tag(
                "ANNOTATION_DOCUMENT",
                [
                    ("AUTHOR", author), ("DATE", date), ("FORMAT", "3.0"), ("VERSION", "3.0"),
                    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                    (
                        "xsi:noNamespaceSchemaLocation",
                        "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
                    ),
                ]),
            #"<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">"#,
            property("URN", "urn:uuid:\(session)"),
            property("attune-session", session),
            property("attune-review-version", "\(version)"),
            property("lastUsedAnnotationId", "\(document.annotations)"),
            "</HEADER>", "<TIME_ORDER>",
        ]
        lines += document.timeOrder + ["</TIME_ORDER>"] + document.lines
        lines += document.types.map { type in
            XMLText.tag(
                "LINGUISTIC_TYPE",
                [
                    ("CONSTRAINTS", type.constraint),
                    ("CONTROLLED_VOCABULARY_REF", type.vocabulary), ("GRAPHIC_REFERENCES", "false"),
                    ("LINGUISTIC_TYPE_ID", type.name),
                    (
                        "TIME_ALIGNABLE",
                        type.constraint == Self.association ? "false" : "true"
                    ),
                ], isEmpty: true)
        }
        lines.append(Self.language)
        lines += Self.constraints
        for (name, codes) in document.vocabularies { lines += vocabulary(name, codes) }
        return (lines + ["</ANNOTATION_DOCUMENT>"]).joined(separator: "\n") + "\n"
    }

    private static let association = "Symbolic_Association"
    private static let inclusion = "Included_In"
    private static let language = XMLText.tag(
        "LANGUAGE",
        [
            ("LANG_DEF", "http://cdb.iso.org/lg/CDB-00130975-001"), ("LANG_ID", "und"),
            ("LANG_LABEL", "undetermined (und)"),
        ], isEmpty: true)

    /// The four that ELAN knows, in its own words.
    private static let constraints = [
        (
            "Time_Subdivision",
            "Time subdivision of parent annotation's time interval, no time gaps allowed within this interval"
        ),
        (
            "Symbolic_Subdivision",
            "Symbolic subdivision of a parent annotation. Annotations refering to the same parent are ordered"
        ),
        (association, "1-1 association with a parent annotation"),
        (
            inclusion,
            "Time alignable annotations within the parent annotation's time interval, gaps are allowed"
        ),
    ].map { name, words in
        XMLText.tag(
            "CONSTRAINT", [("DESCRIPTION", words), ("STEREOTYPE", name)], isEmpty: true)
    }

    private func property(_ name: String, _ value: String) -> String {
        XMLText.tag("PROPERTY", [("NAME", name)]) + MarkupText.escaped(value) + "</PROPERTY>"
    }

    private func milliseconds(_ time: Instant) -> Int64 {
        max(0, (time.nanoseconds - start.nanoseconds + 500_000) / 1_000_000)
    }

    private func add(_ tier: AnnotationTier, to document: inout Document) {
        var type = tier.kind == .points ? "point" : "interval"
        var vocabulary: String?
        if tier.codes.count > 1 {
            type = "interval \(tier.name)"
            vocabulary = tier.name
            if !document.vocabularies.contains(where: { $0.name == tier.name }) {
                document.vocabularies.append((tier.name, tier.codes))
            }
        }
        if tier.parent != nil { type += " within" }
        type = document.type(
            type, constraint: tier.parent == nil ? nil : Self.inclusion, vocabulary: vocabulary)
        var below: [String: [String]] = [:]
        document.lines.append(
            XMLText.tag(
                "TIER",
                [
                    ("LINGUISTIC_TYPE_REF", type), ("PARENT_REF", tier.parent),
                    ("PARTICIPANT", tier.layer.isEmpty ? nil : tier.layer),
                    ("TIER_ID", tier.name),
                ]))
        var last: Int64 = -1
        for entry in tier.entries {
            // Rounding must not let neighbours overlap.
            let from = max(milliseconds(entry.start), last)
            let to = max(milliseconds(entry.end), from + 1)
            last = to
            let id = document.annotation()
            document.lines.append(
                "<ANNOTATION>"
                    + XMLText.tag(
                        "ALIGNABLE_ANNOTATION",
                        [
                            ("ANNOTATION_ID", id), ("TIME_SLOT_REF1", document.slot(from)),
                            ("TIME_SLOT_REF2", document.slot(to)),
                        ]) + value(entry.value) + "</ALIGNABLE_ANNOTATION></ANNOTATION>")
            for (name, text) in entry.more.sorted(by: { $0.key < $1.key }) {
                let line =
                    XMLText.tag(
                        "REF_ANNOTATION",
                        [("ANNOTATION_ID", document.annotation()), ("ANNOTATION_REF", id)])
                    + value(text) + "</REF_ANNOTATION></ANNOTATION>"
                below[name, default: []].append("<ANNOTATION>" + line)
            }
        }
        document.lines.append("</TIER>")
        for (name, lines) in below.sorted(by: { $0.key < $1.key }) {
            let type = document.type("more", constraint: Self.association)
            document.lines.append(
                XMLText.tag(
                    "TIER",
                    [
                        ("LINGUISTIC_TYPE_REF", type), ("PARENT_REF", tier.name),
                        ("PARTICIPANT", tier.layer.isEmpty ? nil : tier.layer),
                        ("TIER_ID", "\(tier.name) – \(name)"),
                    ]))
            document.lines += lines + ["</TIER>"]
        }
    }

    private func value(_ text: String) -> String {
        "<ANNOTATION_VALUE>\(MarkupText.escaped(text))</ANNOTATION_VALUE>"
    }

    private func vocabulary(_ name: String, _ codes: [TierCode]) -> [String] {
        [
            XMLText.tag("CONTROLLED_VOCABULARY", [("CV_ID", name)]),
            XMLText.tag("DESCRIPTION", [("LANG_REF", "und")], isEmpty: true),
        ]
            + codes.enumerated().map { index, code in
                XMLText.tag("CV_ENTRY_ML", [("CVE_ID", "\(name) \(index + 1)")])
                    + XMLText.tag(
                        "CVE_VALUE", [("DESCRIPTION", code.title), ("LANG_REF", "und")])
                    + MarkupText.escaped(code.code) + "</CVE_VALUE></CV_ENTRY_ML>"
            } + ["</CONTROLLED_VOCABULARY>"]
    }
}
