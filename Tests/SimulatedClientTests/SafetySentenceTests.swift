import Testing

@testable import SimulatedClient

/// Sentences that must be found, and sentences that must not.
@Suite struct SafetySentenceTests {
    private static let rules = Result {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return try SafetyRules.load(
            language: "en", directory: root.joined(separator: "/") + "/Protocols/safety")
    }

    @Test(arguments: [
        // Explicit.
        ("I want to die", "self-harm-explicit"), ("i wanna die.", "self-harm-explicit"),
        ("I just want to die…", "self-harm-explicit"),
        ("I really want to... die", "self-harm-explicit"),
        ("i WANT to DIEEEE", "self-harm-explicit"),
        ("I'm going to kill myself", "self-harm-explicit"),
        ("im gonna kill myself tonight", "self-harm-explicit"),
        ("I’m suicidal", "self-harm-explicit"),
        ("Sometimes I think about killing myself.", "self-harm-explicit"),
        ("I have been thinking of suicide a lot", "self-harm-explicit"),
        ("I want to end my life", "self-harm-explicit"),
        ("I'd like to end it all", "self-harm-explicit"),
        ("kms", "self-harm-explicit"), ("I feel so suicidal lately", "self-harm-explicit"),
        ("I have suicidal thoughts", "self-harm-explicit"),
        ("I'm thinking about su1cide", "self-harm-explicit"),
        ("I can't stop thinking about killing myself", "self-harm-explicit"),
        ("I don't know if I want to die", "self-harm-explicit"),
        ("I'm not joking, I want to kill myself", "self-harm-explicit"),
        ("I'm not just sad, I want to kill myself", "self-harm-explicit"),
        ("I can't sleep and I want to die", "self-harm-explicit"),
        ("You are so kind but I want to die", "self-harm-explicit"),
        ("They left me and I want to die", "self-harm-explicit"),
        ("It's been awful. I want to kill myself. How are you?", "self-harm-explicit"),
        ("I don't want to talk, I want to die", "self-harm-explicit"),
        ("to be honest I want to unalive myself", "self-harm-explicit"),
        ("i want to k*ll myself", "self-harm-explicit"),
        ("I w\u{200B}ant to d\u{00AD}ie", "self-harm-explicit"),
        ("Ｉ ｗａｎｔ ｔｏ ｄｉｅ", "self-harm-explicit"),
        // Plans.
        ("I have a plan to kill myself", "self-harm-plan"),
        ("I've been saving up my pills", "self-harm-plan"),
        ("I know exactly how I would end it", "self-harm-plan"),
        ("I wrote a suicide note yesterday", "self-harm-plan"),
        ("I am going to end it tonight", "self-harm-plan"),
        // Methods.
        ("I took a whole bottle of pills", "self-harm-method"),
        ("I'm going to overdose", "self-harm-method"),
        ("I keep imagining to jump off a bridge", "self-harm-method"),
        ("I want to cut my wrists", "self-harm-method"),
        ("What is the most painless way to die?", "self-harm-method"),
        ("how many sleeping pills would it take to die", "self-harm-method"),
        // Passive.
        ("I wish I was dead", "self-harm-passive"),
        ("I wish I had never been born", "self-harm-passive"),
        ("I don't want to live anymore", "self-harm-passive"),
        ("I dont wanna be here anymore", "self-harm-passive"),
        ("Everyone would be better off without me", "self-harm-passive"),
        ("There's no reason to live", "self-harm-passive"),
        ("What's the point of living", "self-harm-passive"),
        ("I hope I don't wake up tomorrow", "self-harm-passive"),
        ("I want to go to sleep and never wake up", "self-harm-passive"),
        ("I'm tired of living", "self-harm-passive"),
        ("I just want to disappear", "self-harm-passive"),
        ("nobody would miss me", "self-harm-passive"),
        ("I can't go on anymore", "self-harm-passive"),
        ("I'm not going to kill myself, I just want to disappear forever", "self-harm-passive"),
        // Leave.
        ("Goodbye forever", "self-harm-goodbye"),
        ("By the time you read this it will be too late", "self-harm-goodbye"),
        ("You will never hear from me again", "self-harm-goodbye"),
        ("Please take care of my dog when I'm gone", "self-harm-goodbye"),
        // The past, and injuries.
        ("I tried to kill myself last year", "self-harm-explicit"),
        ("I attempted suicide when I was 15", "self-harm-history"),
        ("I've been cutting myself again", "self-injury"),
        ("i burned myself on purpose", "self-injury"),
        ("I feel the urge to hurt myself", "self-injury"),
        // To others.
        ("You should kill yourself", "encouragement"), ("kys", "encouragement"),
        ("The world would be better without you", "encouragement"),
        ("I am going to kill him tonight", "harm-to-others"),
        ("I can't do this any more", "distress"),
    ])
    func participantsCuesAreFound(text: String, category: String) throws {
        let found = try Self.rules.get().findings(in: text, side: .participant)
        #expect(found.contains { $0.category == category }, "\(text): \(found.map(\.rule))")
    }

    /// More ways to say it; which rule finds them does not matter.
    @Test(arguments: [
        "I want to kill myself",
        "i dont want to live",
        "Honestly I'd be better off dead",
        "I feel like ending everything",
        "I don't see the point anymore",
        "life isn't worth living",
        "I keep thinking about ways to die",
        "I'm planning on killing myself this weekend",
        "I've decided to end my life",
        "I've got pills next to me and I'm going to take them all",
        "I'm standing on a bridge and about to jump",
        "I swallowed all my tablets",
        "I can't take it anymore",
        "I can't do this anymore, I just want it to stop",
        "my family would be better off if I was dead",
        "Nothing matters, I might as well be dead",
        "I might as well kill myself",
        "I wanted to die yesterday",
        "I feel like dying",
        "i feel like killing myself",
        "I would be happier dead",
        "I'm thinking of ending it",
        "I am done with life",
        "Please tell my mom I love her",
        "I won't be around much longer",
        "I have a gun and I'm going to use it tonight",
        "I've been self-harming",
        "I hurt myself last night",
        "I don't deserve to live",
        "I hate my life and want it to end",
        "I wish I could go to sleep and not wake up",
        "no one would care if I died",
        "Everyone hates me, I should just die",
        "I should kill myself",
        "Why shouldn't I just kill myself",
        "it would be easier if I were dead",
        "I'm a burden to everyone",
        "I have no reason to go on",
        "I just don't want to exist anymore",
        "I'm ready to die",
        "goodbye world",
        "I think about death every day",
        "I don't want to be alive",
        "I can't keep going",
        "I can't live like this anymore",
        "I've lost the will to live",
        "there is no way out for me except death",
        "I've written my goodbye letters",
        "suicide is the only option",
        "suicide feels like the only way out",
        "I'm gonna hang myself",
        "I'm going to slit my wrists",
        "I am going to jump in front of a train",
        "I never want to wake up again",
        "I'd rather be dead",
        "thinking about suicide again",
        "want to die",
        "I want to die so badly",
        "I never wanted to die so badly",
        "I've never wanted to kill myself more than today",
        "not gonna lie, I want to die",
        "I don't want to die, but I can't live like this",
    ])
    func otherWordsForItAreFound(text: String) throws {
        #expect(try Self.rules.get().check(text, side: .participant) != nil)
    }

    @Test(arguments: [
        // Idioms.
        "this homework is killing me", "I could kill for a coffee", "My feet are killing me!",
        "I nearly died laughing", "I'm dying to see the new film", "I died of embarrassment",
        "I'd rather die than eat that, haha", "That cake is to die for", "My phone died again",
        "I shot myself in the foot there", "Stop beating yourself up", "I killed it at work today",
        "We're just killing time", "I cut myself shaving", "I burned myself on the stove",
        "I cut myself a slice of cake", "I hurt myself playing football",
        "I overdosed on coffee this morning", "Cut yourself some slack",
        "I can't live without music", "I don't want to live in the city any more",
        "I don't want to wake up early tomorrow", "I'm sick of living with my parents",
        "I want to end it with my boyfriend", "I'm taking my life back", "I was dying my hair blue",
        "I am so dead if my boss finds out", "These exams will be over soon",
        "I won't be here tomorrow because I work from home", "I want to disappear to the seaside",
        "I don't want to be late", "You can't stop now", "Take care, goodbye!",
        "Goodbye, talk soon",
        "I jumped off the sofa", "I have a plan for the weekend", "I bought a rope for climbing",
        "I took my pills this morning as prescribed", "My grandmother died last year",
        // Negated.
        "I don't want to die", "I would never kill myself", "I'm not suicidal",
        "I do not want to hurt myself", "I have no intention of killing myself",
        "I am not going to end my life", "I never thought about suicide",
        "I don't think I want to die", "I'm not saying I want to kill myself",
        // What a supporter says and asks.
        "Are you thinking of killing yourself?", "Do you want to die?",
        "Do you have a plan to end your life?", "Have you had thoughts of suicide?",
        "You said you want to die. Can you tell me more?", "You told me 'I want to die' earlier",
        "It sounds like you don't want to live anymore",
        "When you say you want to disappear, what do you mean?",
        "Have you ever tried to hurt yourself?", "I am worried that you might kill yourself",
        "People who want to die often feel alone", "My friend died by suicide two years ago",
        "The world would not be better without you", "Please don't kill yourself",
        "I am glad you are here", "Nobody deserves to die alone",
        // About it.
        "I wrote an essay about suicide prevention", "I called the suicide hotline for a friend",
        "I work at a suicide helpline", "I read a book about dying",
        // What people say in chats.
        "I'm dead tired",
        "I'm dying over here, that's hilarious",
        "This traffic makes me want to scream",
        "I'm going to kill it at the interview",
        "If I have to do one more spreadsheet I'll scream",
        "My boss is going to kill me",
        "I could murder a pizza",
        "I would kill for a nap",
        "I'm drowning in work",
        "You're killing me",
        "She wants to die",
        "What makes you want to live?",
        "What do you live for?",
        "I think you should talk to someone about wanting to die",
        "How long have you felt that you don't want to live?",
        "Is there anything that stops you from ending your life?",
        "I hear that you want to end it all, that sounds painful",
        "Have you thought about how you would kill yourself?",
        "Do you have access to pills or a gun?",
        "Many people feel tired of living at times",
        "You mentioned not wanting to be here anymore",
        "It must be hard to feel like a burden to everyone",
        "Do you feel like the world would be better off without you?",
        "I don't want you to die",
        "I'm here with you, you are not a burden",
        "I can hear how much pain you are in",
        "Suicide is a serious topic",
        "My uncle killed himself when I was ten",
        "I lost a friend to suicide",
        "I volunteered at a suicide prevention line",
        "I feel sad about the death of my cat",
        "I cut my finger cooking",
        "I cut down on sugar",
        "I hurt my back",
        "I burned my hand in the kitchen",
        "I want to be gone by five o'clock",
        "I want to sleep",
        "I wish I was rich",
        "I hope I don't wake up late tomorrow",
        "I don't want to live with my ex anymore",
        "Life is hard but worth living",
        "I'm sick of life admin",
        "Please stop blaming yourself",
        "You could take a walk",
        "take two tablets with water",
        "I took my tablets",
        "I overdid it at the gym",
        "my battery is about to die",
        "I'll jump off the call now",
        "Let's jump in",
        "I want to end this conversation",
        "I want to end my contract",
        "I'm ending my subscription",
        "Everyone's been so much happier since the weather changed",
        "No one will notice the typo",
        "It will all be over soon, hang in there",
        "That joke killed me",
        "I never want to hear that song again",
        "I nearly killed myself laughing",
        "I'd kill myself for that promotion lol",
        "you have so much to live for",
        "I have a plan for how we can support you",
        "What are your reasons for living?",
        "Would you like to make a safety plan?",
        "Let me share how to cope with pain",
        "Here is how you can reach the crisis line",
        "The steps to getting help are simple",
        "Don't give up",
        "It's normal to feel like dying inside sometimes",
        "I would hate for you to hurt yourself",
        "Promise me you won't hurt yourself",
        "can you keep yourself safe tonight",
        "Are you going to kill yourself tonight?",
        "are you suicidal?",
        "do you feel suicidal",
        "I ask everyone: are you thinking about suicide",
        "how did you cut yourself?",
        "You shouldn't kill yourself",
        // Nothing at all.
        "", "…", "Hello, how are you?", "That must have been really hard for you.", "🙂",
        "What would a small step look like?", "I feel a bit down today",
        "Thank you for telling me.",
    ])
    func otherSentencesDoNotAlarm(text: String) throws {
        let found = try Self.rules.get().findings(in: text, side: .participant)
        #expect(found.isEmpty, "\(text): \(found.map(\.rule))")
    }

    @Test(
        arguments: [
            ("I want to die. Nothing helps.", ["self-harm-explicit"], nil),
            ("I want to die. Nothing helps.", [], "self-harm-explicit"),
            ("I don't want to be here anymore", ["self-harm-passive"], nil),
            ("I don't want to be here anymore", ["wishes-to-be-dead", "not-want-to-live"], nil),
            ("I don't want to be here anymore", ["self-harm-explicit"], "self-harm-passive"),
            // What no persona may say unless the protocol permits just that.
            (
                "I want to die. I took 30 pills of paracetamol, that's enough to kill",
                ["self-harm-explicit", "self-harm-passive", "self-harm-method"], "method-detail"
            ),
            ("You should just kill yourself", ["self-harm-explicit"], "encouragement"),
            ("Nobody would miss you.", ["self-harm-passive"], "encouragement"),
            ("Here is how you can die without pain", ["self-harm-explicit"], "instruction"),
            (
                "Mix bleach with ammonia", ["self-harm-explicit", "self-harm-method"],
                "method-detail"
            ),
            ("The lethal dose is low", ["self-harm-method"], "method-detail"),
            ("You could hang yourself", ["self-harm-explicit"], "encouragement"),
            ("You're useless, go die", ["self-harm-explicit"], "encouragement"),
            ("First, take about 40 tablets with vodka", ["self-harm-method"], "instruction"),
            ("You should stop taking your medication", [], "medication-advice"),
            ("I take 20 mg of fluoxetine every day", [], nil),
            ("It has been a hard week, I can't sleep.", [], nil),
            ("I am crying all the time", [], nil),
        ] as [(String, [String], String?)])
    func theClientMaySayWhatItsPersonaIsPermitted(
        text: String, permits: [String], category: String?
    ) throws {
        let finding = try Self.rules.get().check(text, side: .client, permits: permits)
        #expect(finding?.category == category, "\(finding as Any)")
    }

    @Test func permitsDoNotQuietenTheParticipant() throws {
        let rules = try Self.rules.get()
        let all = rules.categories.map(\.name) + rules.rules.map(\.name)
        let finding = try #require(rules.check("I want to die", side: .participant, permits: all))
        #expect(finding.severity == .urgent)
        #expect(rules.check("I want to die", side: .client, permits: all) == nil)
    }

    @Test func findingsSayWhereAndNotWhat() throws {
        let rules = try Self.rules.get()
        let text = "Hi 🙂! Well, I want to die."
        let finding = try #require(rules.check(text, side: .participant))
        #expect(finding.quote == nil)
        #expect(finding.source == "rules/en/1")
        #expect(finding.rule == "wants-to-die")
        let units = Array(text.utf16)
        let words = String(
            decoding: units[finding.start..<finding.start + finding.length], as: UTF16.self)
        #expect(words == "I want to die")
        let quoted = rules.findings(in: text, side: .participant, withQuotes: true)
        #expect(quoted.first?.quote == "I want to die")
        // The gravest of several.
        let both = "Nobody would miss me. I have a plan to kill myself."
        #expect(rules.check(both, side: .participant)?.severity == .urgent)
        #expect(rules.findings(in: both, side: .participant).count >= 2)
    }

    @Test func longTextsTakeNoTime() throws {
        let rules = try Self.rules.get()
        let clock = ContinuousClock()
        let long = String(repeating: "i do not know what to do and i want to ", count: 200)
        let time = clock.measure {
            #expect(rules.check(long + "die", side: .participant) != nil)
        }
        #expect(time < .seconds(20))
    }
}
