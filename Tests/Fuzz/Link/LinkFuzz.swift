@testable import Link

// The program that libFuzzer drives: what the daemon reads from its sockets. See fuzz.sh.
//
// The first byte says how the rest is read. Bit 0: bytes of a connection, split at places that follow from
// bits 1 to 7, which must change nothing; else the description of an interface.

/// The interfaces that callers speak, parsed once.
let interfaces: [String: InterfaceDescription] = {
    var found: [String: InterfaceDescription] = [:]
    for text in [
        LinkInterface.text, ControlInterface.text, ChatInterface.text, StudyInterface.text,
        ReviewInterface.text,
    ] {
        guard let interface = try? InterfaceDescription(text) else {
            fatalError("an interface of ours is not understood")
        }
        found[interface.name] = interface
    }
    return found
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer keeps the bytes for the call, in which they are copied.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let mode = bytes.first else { return 0 }
    if mode & 1 == 0 {
        describe(String(decoding: bytes.dropFirst(), as: UTF8.self))
    } else {
        let rest = Array(bytes.dropFirst())
        let messages = frames(rest, [rest.count])
        let step = Int(mode >> 1) + 1
        let split = frames(rest, Array(stride(from: step, to: rest.count, by: step)))
        if messages != split { fatalError("split each \(step) bytes, there are other messages") }
        for message in messages { read(message) }
    }
    return 0
}

/// Messages of bytes that come in pieces which end at these places.
private func frames(_ bytes: [UInt8], _ ends: [Int]) -> [[UInt8]] {
    var frames = MessageFrames()
    var messages: [[UInt8]] = []
    var start = 0
    for end in ends + [bytes.count] where end >= start {
        // Used within the call only.
        unsafe bytes[start..<end].withUnsafeBytes { unsafe frames.append($0) }
        while let message = frames.next() { messages.append(Array(message)) }
        frames.compact()
        start = end
    }
    let whole = messages.reduce(0) { $0 + $1.count + 1 }
    if whole + frames.count != bytes.count {
        fatalError("\(whole) bytes of \(bytes.count) went on")
    }
    return messages
}

/// A message as the server takes it: JSON within its limits, a call, parameters of the interface, types.
private func read(_ message: [UInt8]) {
    let limits = JSONLimits(depth: 8, values: 300)
    var parser = JSONParser(message[...], limits: limits)
    guard let value = try? parser.parse() else { return }
    check(value, depth: 0, limits)
    // What is written of it is read as the same.
    var again = JSONParser(value.serialised[...], limits: JSONLimits())
    guard let copy = try? again.parse(), same(copy, value) else {
        fatalError("\(value) is written as what is not read as it")
    }
    guard let call = try? IncomingCall(value), let interface = interfaces[call.interface],
        let method = interface.methods[call.shortName]
    else { return }
    guard interface.mismatch(of: call.parameters, with: method.parameters) == nil else { return }
    decode(call.parameters, call.method)
}

/// Reads parameters into the types that handlers take.
private func decode(_ parameters: JSONValue, _ method: String) {
    func take<Method: VarlinkMethod>(_ type: Method.Type) {
        guard method == Method.name,
            let value = try? parameters.decode(Method.Parameters.self)
        else { return }
        guard (try? JSONValue(encoding: value)) != nil else {
            fatalError("\(value) was read and cannot be written")
        }
    }
    switch method.split(separator: ".").dropLast().last {
    case "Chat":
        take(ChatInterface.Invite.self)
        take(ChatInterface.ListRooms.self)
        take(ChatInterface.RevokeInvitations.self)
    case "Control":
        take(ControlInterface.AcknowledgeAlarm.self)
        take(ControlInterface.Align.self)
        take(ControlInterface.CheckFitting.self)
        take(ControlInterface.CorrectEmotion.self)
        take(ControlInterface.GetClock.self)
        take(ControlInterface.GetProcedure.self)
        take(ControlInterface.GetSession.self)
        take(ControlInterface.GetStatus.self)
        take(ControlInterface.ListDevices.self)
        take(ControlInterface.ListSessions.self)
        take(ControlInterface.Mark.self)
        take(ControlInterface.NoteFitting.self)
        take(ControlInterface.PauseSession.self)
        take(ControlInterface.ResumeSession.self)
        take(ControlInterface.SendMessage.self)
        take(ControlInterface.StartPhase.self)
        take(ControlInterface.StartSession.self)
        take(ControlInterface.StopSession.self)
        take(ControlInterface.Subscribe.self)
    case "Link":
        take(LinkInterface.Exchange.self)
        take(LinkInterface.Register.self)
        take(LinkInterface.ReportClock.self)
        take(LinkInterface.SendEvents.self)
        take(LinkInterface.SendSamples.self)
        take(LinkInterface.WatchSession.self)
    case "Review":
        take(ReviewInterface.AddScheme.self)
        take(ReviewInterface.AddTranscript.self)
        take(ReviewInterface.ChangeAssignment.self)
        take(ReviewInterface.MakePlan.self)
        take(ReviewInterface.PutAnnotations.self)
        take(ReviewInterface.PutRatings.self)
        take(ReviewInterface.SetStage.self)
    case "Study":
        take(StudyInterface.AddParticipant.self)
        take(StudyInterface.CreateStudy.self)
        take(StudyInterface.GetConsent.self)
        take(StudyInterface.ListDue.self)
        take(StudyInterface.ListParticipants.self)
        take(StudyInterface.ListStudies.self)
        take(StudyInterface.ListTombstones.self)
        take(StudyInterface.NoteAction.self)
        take(StudyInterface.PlanVisit.self)
        take(StudyInterface.RecordConsent.self)
        take(StudyInterface.Redact.self)
        take(StudyInterface.SetStatus.self)
        take(StudyInterface.Withdraw.self)
    default: break
    }
    if let batch = try? parameters.decode(LinkInterface.SendSamples.Parameters.self) {
        let numbers = Base64.decodeDoubles(batch.data)
        if let numbers, Base64.decode(batch.data)?.count != numbers.count * 8 {
            fatalError("\(numbers.count) numbers out of other bytes")
        }
    }
}

private func check(_ value: JSONValue, depth: Int, _ limits: JSONLimits) {
    switch value {
    case .array(let elements):
        if depth >= limits.depth { fatalError("deeper than \(limits.depth)") }
        if elements.count > limits.values { fatalError("more than \(limits.values)") }
        for element in elements { check(element, depth: depth + 1, limits) }
    case .object(let members):
        if depth >= limits.depth { fatalError("deeper than \(limits.depth)") }
        for member in members.values { check(member, depth: depth + 1, limits) }
    case .real(let number):
        if !number.isFinite { fatalError("a number that is none") }
    default: break
    }
}

/// Whether two values are the same; a whole number may be written without its point.
private func same(_ one: JSONValue, _ other: JSONValue) -> Bool {
    switch (one, other) {
    case (.array(let one), .array(let other)):
        one.count == other.count && zip(one, other).allSatisfy(same)
    case (.object(let one), .object(let other)):
        one.count == other.count
            && one.allSatisfy { key, value in other[key].map { same(value, $0) } ?? false }
    default: one == other || (one.number != nil && one.number == other.number)
    }
}

private func describe(_ text: String) {
    guard let interface = try? InterfaceDescription(text) else { return }
    for method in interface.methods.values {
        _ = interface.mismatch(of: .object([:]), with: method.parameters)
        _ = interface.mismatch(of: .array([.null]), with: method.reply)
    }
}
