import Declarations

/// A consent tier as it is written.
struct ConsentDeclaration: Decodable {
    struct Endpoint: Decodable {
        var url: String
        var `operator`: String
        var country: String
        var retention: String
    }

    var name: ConsentTier.Name
    var title: String
    var explanation: String?
    var covers: [ConsentTier.Data]
    var required: Bool?
    var endpoint: Endpoint?

    func check(_ report: inout DeclarationReport, at place: [String]) {
        if covers.isEmpty {
            report.add(
                at: place + ["covers"],
                message: "expected at least one of "
                    + ConsentTier.Data.allCases.map(\.rawValue).joined(separator: ", "))
        }
        for (index, data) in covers.enumerated() {
            let own: ConsentTier.Name? =
                switch data {
                case .draftText: .draftText
                case .keyContent: .keyContent
                default: nil
                }
            guard let own, name != own else { continue }
            report.add(
                at: place + ["covers", "\(index)"],
                message: "\(data.rawValue) needs a tier of its own, named \(own.rawValue)")
        }
        guard let endpoint else { return }
        guard name == .modelEndpoint else {
            report.add(
                at: place + ["endpoint"],
                message: "only the tier model-endpoint has an endpoint")
            return
        }
        if !covers.contains(.modelRequests) {
            report.add(
                at: place + ["covers"],
                message: "expected model-requests, since the tier names an endpoint")
        }
        if EndpointAddress(endpoint.url) == nil {
            report.add(at: place + ["endpoint", "url"], message: notAnEndpoint(endpoint.url))
        }
        for (key, text) in [
            ("operator", endpoint.operator), ("country", endpoint.country),
            ("retention", endpoint.retention),
        ] where text.allSatisfy(\.isWhitespace) {
            report.add(
                at: place + ["endpoint", key],
                message: "expected a text, since the participant agrees to it")
        }
    }

    var tier: ConsentTier {
        ConsentTier(
            name: name, title: title, explanation: explanation, covers: covers,
            isRequired: required ?? false,
            endpoint: endpoint.map {
                ConsentTier.Endpoint(
                    url: $0.url, operatorName: $0.operator, country: $0.country,
                    retention: $0.retention)
            })
    }
}

/// What is said about a URL that is no endpoint. What stands before an `@` is not repeated: it may
/// be a password.
func notAnEndpoint(_ url: String) -> String {
    let shown = url.lastIndex(of: "@").map { "…" + url[$0...] } ?? url
    return "expected an http or https URL with a host, and without a user, query or fragment, "
        + "found '\(shown)'"
}
