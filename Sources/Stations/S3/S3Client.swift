import SystemCalls

/// Asks a store, again where that may help: after cut connections, and where the store says that it cannot
/// just now.
final class S3Client {
    let endpoint: S3Endpoint
    /// The place, for people.
    let place: String
    /// Carries a request there, and its answer back.
    private let perform: (S3Request) -> Result<S3Answer, TransferFailure>
    private let plan: RetryPlan
    /// Waits some seconds.
    private let rest: (Double) -> Void

    init(
        _ endpoint: S3Endpoint, place: String, plan: RetryPlan,
        perform: @escaping (S3Request) -> Result<S3Answer, TransferFailure>,
        rest: @escaping (Double) -> Void
    ) {
        self.perform = perform
        self.endpoint = endpoint
        self.place = place
        self.plan = plan
        self.rest = rest
    }

    /// What became of a request in the end.
    enum Outcome {
        /// A status below 300.
        case done(S3Answer)
        /// The store does not do it.
        case refused(StoreFault)
    }

    /// - Parameters:
    ///   - what: what is being done, for the error.
    ///   - judge: whether an answer with a status below 300 is one to be asked for again; gives what is wrong.
    /// - Throws: `unreachable` where there is no answer, `strange` where it is too long.
    func ask(
        _ request: S3Request, _ what: String, judge: (S3Answer) -> StoreFault? = { _ in nil }
    ) throws(StationsError) -> Outcome {
        var tried = 0
        while true {
            tried += 1
            var asked: Double?
            var isAnswered = true
            let failure: StationsError
            switch perform(request) {
            case .success(let answer):
                let fault =
                    answer.status < 300
                    ? judge(answer)
                    : StoreFault(
                        status: answer.status, body: answer.body,
                        region: answer.headers["x-amz-bucket-region"])
                guard let fault else { return .done(answer) }
                guard fault.isPassing else { return .refused(fault) }
                asked = answer.headers["retry-after"].flatMap { Double($0) }
                failure = fault.error(what, place: place, region: endpoint.region)
            case .failure(let reason):
                guard !reason.isTooLong else {
                    throw StationsError(
                        .strange, "\(what): \(place) answers with more than was asked for")
                }
                guard !reason.isUntrusted else {
                    throw StationsError(
                        .configuration,
                        "\(what): \(endpoint.address) does not show a certificate that this machine "
                            + "trusts, so nothing was sent there. If the store's certificate is of an "
                            + "authority of your own, name that authority's file by AWS_CA_BUNDLE",
                        cause: reason.words)
                }
                failure = StationsError(
                    reason.isPassing ? .unreachable : .configuration,
                    "\(what): \(place) cannot be reached; what was sent stays there, so run this "
                        + "again later", cause: reason.words)
                guard reason.isPassing else { throw failure }
                isAnswered = !reason.isAway
            }
            guard
                let seconds = plan.wait(
                    after: tried, isAnswered: isAnswered, asked: asked,
                    chance: Double.random(in: 0...1))
            else { throw failure }
            rest(seconds)
        }
    }

    /// Asks for what has to go well.
    /// - Throws: as `ask`, and what the store says.
    func get(_ request: S3Request, _ what: String) throws(StationsError) -> S3Answer {
        switch try ask(request, what) {
        case .done(let answer): return answer
        case .refused(let fault):
            throw fault.error(what, place: place, region: endpoint.region)
        }
    }
}
