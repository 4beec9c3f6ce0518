import Declarations

/// A model as it is written.
struct ModelDeclaration: Decodable {
    struct Prices: Decodable {
        var inputPerMillion: Double
        var outputPerMillion: Double
    }

    var url: String
    var name: String
    var temperature: Double?
    var seed: Int?
    var maximumTokens: Int?
    var timeoutSeconds: Double?
    var retries: Int?
    var onFailure: [ModelPlan.Step]?
    var tokenLimit: Int?
    var spendLimit: Double?
    var prices: Prices?
    var credential: String?
    var proxy: String?
    var caFile: String?

    func check(_ report: inout DeclarationReport, consent: [ConsentDeclaration]) {
        let place = ["chat", "model"]
        if name.allSatisfy(\.isWhitespace) {
            report.add(at: place + ["name"], message: "expected the pinned name of a model")
        }
        report.require(temperature, in: 0...2, at: place + ["temperature"])
        report.require(maximumTokens, in: 1...1_000_000, at: place + ["maximumTokens"])
        report.require(timeoutSeconds, in: 1...600, at: place + ["timeoutSeconds"])
        report.require(retries, in: 0...10, at: place + ["retries"])
        report.require(tokenLimit, in: 1...1_000_000_000, at: place + ["tokenLimit"])
        report.require(spendLimit, in: 0...1_000_000, at: place + ["spendLimit"])
        report.require(
            prices?.inputPerMillion, in: 0...1_000_000, at: place + ["prices", "inputPerMillion"])
        report.require(
            prices?.outputPerMillion, in: 0...1_000_000, at: place + ["prices", "outputPerMillion"])
        report.requireName(credential, at: place + ["credential"])
        if spendLimit != nil, prices == nil {
            report.add(
                at: place + ["spendLimit"],
                message: "expected the key prices, without which nothing can be counted")
        }
        if onFailure?.isEmpty ?? false {
            report.add(
                at: place + ["onFailure"],
                message: "expected at least one of retry, scripted, pause")
        }
        reportRepeated(onFailure ?? [], &report, at: place + ["onFailure"]) { $0.rawValue }
        if let caFile, caFile.allSatisfy(\.isWhitespace) {
            report.add(at: place + ["caFile"], message: "expected the path of a file")
        }
        checkEndpoint(&report, at: place, consent: consent)
    }

    private func checkEndpoint(
        _ report: inout DeclarationReport, at place: [String], consent: [ConsentDeclaration]
    ) {
        guard let address = EndpointAddress(url) else {
            report.add(at: place + ["url"], message: notAnEndpoint(url))
            return
        }
        if let proxy {
            let schemes = ["http://", "https://", "socks5://", "socks5h://"]
            if !schemes.contains(where: proxy.hasPrefix) || proxy.contains("@") {
                report.add(
                    at: place + ["proxy"],
                    message: "expected an http, https, socks5 or socks5h URL without a user")
            } else if address.isLoopback {
                report.add(
                    at: place + ["proxy"],
                    message: "a model on this computer needs no proxy, and its requests would leave"
                )
            }
        }
        let tier = consent.first { $0.name == .modelEndpoint }
        guard let endpoint = tier?.endpoint else {
            // Nothing leaves this computer, and nobody was told otherwise.
            if address.isLoopback { return }
            report.add(
                at: place + ["url"],
                message:
                    "expected the consent tier model-endpoint with an endpoint that names this "
                    + "URL, its country and retention, since requests leave this computer")
            return
        }
        guard let named = EndpointAddress(endpoint.url) else { return }
        if !named.covers(address) {
            report.add(
                at: place + ["url"],
                message: "expected the endpoint that consent names, \(endpoint.url), found '\(url)'"
            )
        }
    }

    var plan: ModelPlan {
        let usual = ModelPlan(url: url, name: name)
        return ModelPlan(
            url: url, name: name, temperature: temperature ?? usual.temperature, seed: seed,
            maximumTokens: maximumTokens ?? usual.maximumTokens,
            timeoutSeconds: timeoutSeconds ?? usual.timeoutSeconds,
            retries: retries ?? usual.retries, onFailure: onFailure ?? usual.onFailure,
            tokenLimit: tokenLimit, spendLimit: spendLimit,
            prices: prices.map {
                .init(inputPerMillion: $0.inputPerMillion, outputPerMillion: $0.outputPerMillion)
            },
            credential: credential, proxy: proxy, caFile: caFile)
    }
}
