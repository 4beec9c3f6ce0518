import Link
import LinkTestSupport
import Testing

@Suite struct LinkSessionTests {
    @Test func whatOlderDaemonsDoNotTellIsEmpty() throws {
        let old = try JSONValue(
            parsing: #"""
                {"id":"s-1","study":"pilot","participant":"P01","kind":"chat","state":"recording",
                "pilot":true,"phase":"chat","started_ns":7}
                """#)
        let session = try old.decode(LinkSession.self)
        #expect(session.phase == "chat")
        #expect(session.condition.isEmpty && session.consent.isEmpty && session.alarms.isEmpty)
        #expect(session.visit == nil && session.paused == nil && session.message == nil)
    }

    @Test func everythingTravels() throws {
        var session = DoubleHandler.linkSession
        session.visit = 2
        session.condition = ["suggestions": "on", "clientPersona": "A"]
        session.consent = ["draft-text": false, "keyTiming": true]
        session.paused = "fire alarm"
        session.alarms = ["a1", "a3"]
        session.message = LinkMessage(id: 4, text: "Wir machen Pause – gleich geht es weiter")
        let travelled = try JSONValue(encoding: session)
        #expect(try travelled.decode(LinkSession.self) == session)
        let interface = try InterfaceDescription(LinkInterface.text)
        #expect(interface.mismatch(of: travelled, with: .named("LinkSession")) == nil)
        // Names from outside are spelt as they were, also with capitals.
        #expect(travelled["condition"]?["clientPersona"]?.string == "A")
        #expect(travelled["consent"]?["draft-text"] == .bool(false))
    }
}
