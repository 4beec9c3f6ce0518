import Link
import SystemCalls

/// One request on its way: tries it, leaves out what the server does not understand, waits, and
/// writes down everything.
struct ModelRun {
    let model: OpenAIModel
    let request: ModelRequest
    let onDelta: (@Sendable (String) -> Void)?

    private var dialect: ModelDialect
    /// Text that was not yet given away, because the key could begin in it.
    private var heldText = ""
    private var hasGivenText = false
    private var record: ModelExchange

    init(
        model: OpenAIModel, request: ModelRequest, onDelta: (@Sendable (String) -> Void)?
    ) {
        self.model = model
        self.request = request
        self.onDelta = onDelta
        dialect = model.dialect.withLock { $0 }
        record = ModelExchange(purpose: request.purpose, endpoint: model.endpoint.base)
    }

    /// What one try brought.
    private struct Outcome {
        var attempt: ModelAttempt
        var body: [UInt8] = []
        var answer: AnswerReader?
        var failure: ModelFailure?
        var isContentFilter = false
    }

    mutating func exchange() async -> ModelExchange {
        var retries = model.plan.onFailure.contains(.retry) ? max(0, model.plan.retries) : 0
        var tries = 0
        while true {
            if Task.isCancelled {
                record.failure = Self.cancelled
                break
            }
            let body = RequestBody(request, plan: model.plan, dialect: dialect)
            let reservation = ModelBudget.Reservation(
                input: body.mostTokens, output: body.mostAnswerTokens)
            do throws(ModelFailure) {
                try model.budget.reserve(reservation)
            } catch {
                record.failure = error
                break
            }
            record.request = model.scrubber.scrub(body.text)
            record.promptHash = body.promptHash
            var outcome = await attempt(body)
            settle(outcome, body: body, reservation: reservation)
            tries += 1

            let status = outcome.attempt.status
            let left =
                status == 400 || status == 422
                ? dialect.withdraw(
                    after: String(decoding: outcome.body.prefix(16_384), as: UTF8.self),
                    asksForJSON: request.schema != nil) : nil
            outcome.attempt.leftOut = left
            record.attempts.append(outcome.attempt)
            record.response = response(outcome)
            record.failure = outcome.failure
            if left != nil, !outcome.isContentFilter { continue }
            if let failure = outcome.failure, failure.isTransient, retries > 0, !hasGivenText,
                let seconds = model.retryRules.wait(
                    afterTries: tries, asked: failure.retryAfterSeconds,
                    random: model.surroundings.random())
            {
                retries -= 1
                do {
                    try await model.surroundings.wait(seconds)
                } catch {
                    record.failure = Self.cancelled
                    break
                }
                continue
            }
            finish(outcome)
            break
        }
        return scrubbed()
    }

    private static let cancelled = ModelFailure(.cancelled, "The request was cancelled.")

    private mutating func attempt(_ body: RequestBody) async -> Outcome {
        heldText = ""
        var attempt = ModelAttempt(sentNs: Clocks.now().nanoseconds, finishedNs: 0)
        let (id, events) = model.transport.start(
            TransferRequest(
                url: model.endpoint.completions, headers: model.headers,
                body: Array(body.text.utf8), proxy: model.plan.proxy, caFile: model.plan.caFile,
                limits: model.limits))
        var bytes: [UInt8] = []
        var head = TransferHead()
        var answer: AnswerReader?
        var ending: (failure: ModelFailure?, at: Int64)?
        for await event in events {
            switch event {
            case .started(let at): attempt.sentNs = at
            case .head(let received):
                head = received
                attempt.status = received.status
                if (200..<300).contains(received.status) {
                    answer = AnswerReader(contentType: received.contentType)
                }
            case .piece(let piece, let at):
                bytes += piece
                guard let text = answer?.feed(piece) else { continue }
                if !text.isEmpty || answer?.refusal.isEmpty == false {
                    attempt.firstTokenNs = attempt.firstTokenNs ?? at
                }
                give(text)
                if answer?.isDone == true || answer?.failure != nil {
                    model.transport.answerIsComplete(id)
                }
            case .finished(let failure, let at): ending = (failure, at)
            }
        }
        attempt.finishedNs = ending?.at ?? Clocks.now().nanoseconds
        // Without its last event the stream was ended by the task's cancellation.
        let broken = ending == nil ? Self.cancelled : ending?.failure
        var outcome = Outcome(attempt: attempt, body: bytes)
        if var reader = answer {
            let rest = reader.finish(after: broken)
            if reader.failure == nil { give(rest, isLast: true) }
            outcome.failure = reader.failure
            outcome.answer = reader
            if outcome.failure == nil, attempt.firstTokenNs == nil, !reader.text.isEmpty {
                outcome.attempt.firstTokenNs = attempt.finishedNs
            }
        } else if head.status >= 300 {
            let said = String(decoding: bytes.prefix(65_536), as: UTF8.self)
            outcome.isContentFilter = ServerError.isContentFilter(said)
            outcome.failure = failure(head, said: said)
        } else {
            outcome.failure =
                broken
                ?? ModelFailure(.malformed, "The server answered without a status. Is it HTTP?")
        }
        outcome.failure = outcome.failure.map { model.scrubber.scrub($0) }
        outcome.attempt.failure = outcome.failure
        return outcome
    }

    private func failure(_ head: TransferHead, said: String) -> ModelFailure {
        var failure = ServerError.failure(
            status: head.status, body: said,
            retryAfterSeconds: RetryRules.seconds(
                retryAfter: head.retryAfter, date: head.date, now: model.surroundings.wallClock()),
            location: head.location)
        if head.status == 401, !model.headers.contains(where: { $0.hasPrefix("Authorization") }) {
            failure.message += " None was sent: name one under credential in the protocol."
        }
        return failure
    }

    /// Gives text away, but for an end in which the key could begin.
    private mutating func give(_ text: String, isLast: Bool = false) {
        guard let onDelta, isLast || !text.isEmpty else { return }
        let (shown, held) = model.scrubber.held(model.scrubber.scrub(heldText + text))
        heldText = isLast ? "" : held
        let words = isLast ? shown + held : shown
        guard !words.isEmpty else { return }
        hasGivenText = true
        onDelta(words)
    }

    /// Counts what was used. An error costs nothing; where an answer began, what the server does not
    /// count is estimated.
    private mutating func settle(
        _ outcome: Outcome, body: RequestBody, reservation: ModelBudget.Reservation
    ) {
        guard let answer = outcome.answer else {
            // Cancelled or cut before its head: the server may have worked already.
            let isOpen =
                outcome.attempt.status == nil && outcome.failure?.code != .connection
                && outcome.failure?.code != .tls && outcome.failure?.code != .proxy
                && outcome.failure?.code != .configuration
            model.budget.settle(
                reservation, input: isOpen ? body.likelyTokens : 0, output: 0, isEstimated: isOpen)
            return
        }
        record.inputTokens = answer.inputTokens
        record.outputTokens = answer.outputTokens
        let isCounted = answer.inputTokens != nil && answer.outputTokens != nil
        let cost = model.budget.settle(
            reservation, input: answer.inputTokens ?? body.likelyTokens,
            output: answer.outputTokens ?? TokenEstimate.likely(answer.text),
            isEstimated: !isCounted)
        if let cost { record.cost = (record.cost ?? 0) + cost }
    }

    private func response(_ outcome: Outcome) -> String {
        // Of what is no answer at all, the beginning says what it is.
        switch outcome.failure?.code {
        case .tooLarge, .contentType, .malformed:
            return String(decoding: outcome.body.prefix(16_384), as: UTF8.self)
        default: return String(decoding: outcome.body, as: UTF8.self)
        }
    }

    private mutating func finish(_ outcome: Outcome) {
        guard let answer = outcome.answer else {
            if outcome.isContentFilter { refuse("", by: outcome.failure) }
            return
        }
        record.model = answer.model
        record.isOtherModel = answer.model.map { $0 != model.plan.name } ?? false
        record.fingerprint = answer.fingerprint
        record.finishReason = answer.finishReason
        guard outcome.failure == nil else { return }
        // What this server understands is known now.
        let understood = dialect
        model.dialect.withLock { $0.take(over: understood) }
        if !answer.refusal.isEmpty {
            refuse(answer.refusal, by: nil)
        } else if answer.finishReason == "content_filter" {
            refuse(answer.text, by: nil)
        } else if let schema = request.schema {
            record.text = answer.text
            do throws(ModelFailure) {
                record.json = try JSONAnswer.value(in: answer.text, fitting: schema)
            } catch {
                var failure = error
                if answer.finishReason == "length" {
                    failure.message =
                        "The answer was cut off at its limit of tokens. Raise maximumTokens."
                }
                record.failure = failure
            }
        } else {
            record.text = answer.text
        }
    }

    private mutating func refuse(_ words: String, by failure: ModelFailure?) {
        record.isRefusal = true
        record.refusal = words.isEmpty ? nil : words
        record.failure = ModelFailure(
            .refused,
            failure?.message
                ?? "The model or its provider declined to answer. The persona's words or the message may "
                + "touch what its provider filters.", status: failure?.status)
    }

    /// The record without the key, in whatever came back.
    private func scrubbed() -> ModelExchange {
        let scrubber = model.scrubber
        var record = record
        let isError = (record.attempts.last?.status ?? 0) >= 300 || record.failure != nil
        record.response =
            isError ? scrubber.scrubError(record.response) : scrubber.scrub(record.response)
        record.text = record.text.map { scrubber.scrub($0) }
        record.refusal = record.refusal.map { scrubber.scrub($0) }
        record.model = record.model.map { scrubber.scrub($0) }
        record.fingerprint = record.fingerprint.map { scrubber.scrub($0) }
        record.finishReason = record.finishReason.map { scrubber.scrub($0) }
        record.failure = record.failure.map { scrubber.scrub($0) }
        if let json = record.json {
            record.json = (try? JSONValue(parsing: scrubber.scrub(json.text))) ?? json
        }
        return record
    }
}
