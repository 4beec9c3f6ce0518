extension ProfileBuilder {
    mutating func buildSteps(
        _ steps: [StepDeclaration], key: String, _ framing: Framing, _ transport: Transport?
    ) -> [DialogueStep] {
        if !steps.isEmpty, case .input? = transport {
            problem([key], "expected no steps: the device has no port to write to")
        }
        var result: [DialogueStep] = []
        for (index, step) in steps.enumerated() {
            let keys = [key, "\(index)"]
            if let built = buildStep(step, keys, framing) { result.append(built) }
        }
        return result
    }

    private mutating func buildStep(
        _ step: StepDeclaration, _ keys: [String], _ framing: Framing
    ) -> DialogueStep? {
        let sends = step.command != nil || step.sendHex != nil || step.sendText != nil
        let expects = step.expectHex != nil || step.expectLine != nil || step.expectCount != nil
        let given = [
            step.command != nil, step.sendHex != nil, step.sendText != nil,
            step.waitMilliseconds != nil, step.expectHex != nil, step.expectLine != nil,
            step.expectCount != nil, step.read != nil,
        ].count(where: { $0 })
        guard given == 1 else {
            problem(
                keys,
                "expected exactly one of command, sendHex, sendText, waitMilliseconds, "
                    + "expectHex, expectLine, expectCount, read, found \(given)")
            return nil
        }
        if step.write != nil, !sends {
            problem(keys + ["write"], "expected only beside command, sendHex or sendText")
        }
        if step.expectFrom != nil, !expects {
            problem(keys + ["expectFrom"], "expected only beside an expect… key")
        }
        if step.timeoutMilliseconds != nil, !expects {
            problem(keys + ["timeoutMilliseconds"], "expected only beside an expect… key")
        }
        if sends { return send(step, keys, framing) }
        if expects { return expect(step, keys) }
        if let name = step.read {
            guard let index = characteristic(named: name, keys + ["read"]) else { return nil }
            let declared = declaration.transport.bluetooth?.characteristics ?? []
            return .read(characteristic: index, isOptional: declared[index].optional ?? false)
        }
        let wait = step.waitMilliseconds ?? 0
        if !(0...60_000).contains(wait) {
            problem(keys + ["waitMilliseconds"], "expected 0 to 60000, found \(wait)")
        }
        return .wait(milliseconds: wait)
    }

    private mutating func send(
        _ step: StepDeclaration, _ keys: [String], _ framing: Framing
    ) -> DialogueStep? {
        let bytes: [UInt8]?
        if let name = step.command {
            bytes = command(name, keys + ["command"], framing)
        } else if let text = step.sendText {
            bytes = Array(text.utf8)
        } else {
            bytes = hexBytes(step.sendHex ?? "", keys + ["sendHex"])
        }
        guard let name = step.write else {
            if declaration.transport.bluetooth != nil {
                problem(
                    keys,
                    "expected the key write with the name of a characteristic, since the device "
                        + "is a Bluetooth one")
            }
            return bytes.map { .send($0) }
        }
        guard let index = characteristic(named: name, keys + ["write"]), let bytes else {
            return nil
        }
        return .write(bytes, characteristic: index)
    }

    private mutating func command(
        _ name: String, _ keys: [String], _ framing: Framing
    ) -> [UInt8]? {
        guard case .bitalino(let bitalino) = framing else {
            problem(keys, "this framing has no commands; use sendHex")
            return nil
        }
        if let bytes = bitalino.command(name) { return bytes }
        let names = BITalinoFraming.commands.joined(separator: ", ")
        problem(keys, "expected one of \(names), found '\(name)'")
        return nil
    }

    private mutating func expect(_ step: StepDeclaration, _ keys: [String]) -> DialogueStep? {
        let timeout = step.timeoutMilliseconds ?? 1000
        if !(1...60_000).contains(timeout) {
            problem(keys + ["timeoutMilliseconds"], "expected 1 to 60000, found \(timeout)")
        }
        var index: Int?
        if let name = step.expectFrom {
            index = characteristic(named: name, keys + ["expectFrom"])
            if let index, let declared = declaration.transport.bluetooth?.characteristics[index],
                !declared.isSubscribed
            {
                problem(
                    keys + ["expectFrom"],
                    "expected a characteristic with subscribe, since '\(name)' says nothing "
                        + "without it")
            }
        }
        let reply: ExpectedReply
        if let line = step.expectLine {
            reply = .line(start: line)
        } else if let count = step.expectCount {
            if !(1...4096).contains(count) {
                problem(keys + ["expectCount"], "expected 1 to 4096, found \(count)")
            }
            reply = .count(count)
        } else {
            guard let bytes = hexBytes(step.expectHex ?? "", keys + ["expectHex"]) else {
                return nil
            }
            reply = .bytes(bytes)
        }
        return .expect(reply, timeoutMilliseconds: timeout, characteristic: index)
    }

    private mutating func hexBytes(_ text: String, _ keys: [String]) -> [UInt8]? {
        if let bytes = Self.hex(text), !bytes.isEmpty { return bytes }
        problem(keys, "expected bytes as two hexadecimal digits each, such as 'FF 07'")
        return nil
    }

    /// Bytes from hexadecimal digits with spaces between or not.
    static func hex(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 32 }
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }
}
