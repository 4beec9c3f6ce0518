import Foundation
import Link
import SessionStore
import SystemCalls
import Testing
import Timebase

extension IntegrationTests {
    /// What people say of a session: added by the daemon where one runs, else by the command itself.
    @Suite struct ReviewTests {
        private func uuid() -> String { UUID().uuidString.lowercased() }

        private func point(_ at: Int64, _ annotation: String) -> AnnotationPut {
            AnnotationPut(
                change: uuid(), annotation: annotation, action: "add", layer: "anna",
                kind: "point", code: "marker", startNs: at, detail: ["reaction_ms": 250],
                removed: false)
        }

        private func refusal(_ body: () throws -> Void) -> ReviewRefusal? {
            let error = #expect(throws: ClientError.self, performing: body)
            guard case .refused(let refused) = error else { return nil }
            return ReviewRefusal(refused)
        }

        @Test func theDaemonAddsAndRefusesInWords() throws {
            let station = try StationProcess()
            try station.start()
            let session = try station.json("session", "start", "review", "p1")
            let identifier = try #require(session["id"]?.string)
            let path = try #require(session["file"]?.string)
            let client = try VarlinkClient(path: station.socket)
            let now = Clocks.now().nanoseconds
            func put(_ changes: [AnnotationPut]) throws -> ReviewInterface.PutAnnotations.Reply {
                try client.call(
                    ReviewInterface.PutAnnotations.self,
                    .init(session: identifier, actor: "anna", changes: changes))
            }
            #expect(
                refusal { _ = try put([point(now, uuid())]) }
                    == .invalidState("recording", expected: ["finished"]))
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            try station.waitForState("finished", of: identifier)

            let annotation = uuid()
            let first = point(now, annotation)
            let stored = try put([first])
            #expect(stored.version == 1 && stored.rows[0].id == 1)
            // The answer was lost, and the daemon was started anew meanwhile.
            #expect(try put([first]).rows[0].repeated)
            var moved = first
            (moved.change, moved.action, moved.basedOn) = (uuid(), "change", 1)
            moved.startNs = now + 1
            #expect(try put([moved]).version == 2)
            moved.change = uuid()
            #expect(refusal { _ = try put([moved]) } == .outdated(change: moved.change, newest: 2))
            let late = point(now + 3_600_000_000_000, uuid())
            guard case .refused(late.change, let reason)? = refusal({ _ = try put([late]) }) else {
                Issue.record("an hour after the end was taken")
                return
            }
            #expect(reason.contains("not within the session"), "\(reason)")
            #expect(
                refusal {
                    _ = try client.call(
                        ReviewInterface.PutAnnotations.self, .init(session: "nobody", changes: []))
                } == .noSuchSession("nobody"))
            try rate(client, identifier)
            try plan(client, identifier)
            try check(path, annotation, now)
            try exchange(station, path)
        }

        private func rate(_ client: VarlinkClient, _ session: String) throws {
            func rating(_ stage: String) -> ReviewInterface.PutRatings.Parameters {
                .init(
                    session: session,
                    ratings: [
                        RatingPut(
                            change: uuid(), rater: "eva", role: "expert", assignment: "a",
                            stage: stage, item: "empathy", value: "4", draft: false)
                    ])
            }
            _ = try client.call(ReviewInterface.PutRatings.self, rating("text"))
            _ = try client.call(
                ReviewInterface.SetStage.self,
                .init(
                    session: session, rater: "eva", assignment: "a", stage: "text",
                    action: "locked"))
            guard
                case .stageLocked(_, "text")? = refusal({
                    _ = try client.call(ReviewInterface.PutRatings.self, rating("text"))
                })
            else {
                Issue.record("a locked stage was rated")
                return
            }
            _ = try client.call(ReviewInterface.PutRatings.self, rating("all"))
        }

        private func plan(_ client: VarlinkClient, _ session: String) throws {
            let info = ReviewPlanInfo(
                id: uuid(), name: "Main", scheme: "s", schemeVersion: "1", schemeText: "name: s",
                seed: 1)
            let assignment = AssignmentInfo(
                id: uuid(), rater: "eva", role: "expert", session: session, position: 1,
                purpose: "main", label: "Session 1")
            for expected in [1, 0] as [Int64] {
                let reply = try client.call(
                    ReviewInterface.MakePlan.self,
                    .init(study: "review", actor: "anna", plan: info, assignments: [assignment]))
                #expect(reply.added == expected)
            }
            _ = try client.call(
                ReviewInterface.ChangeAssignment.self,
                .init(study: "review", actor: "anna", assignment: assignment.id, action: "finished")
            )
            #expect(
                refusal {
                    _ = try client.call(
                        ReviewInterface.MakePlan.self,
                        .init(study: "nowhere", plan: info, assignments: []))
                } == .noSuchStudy("nowhere"))
        }

        private func check(_ path: String, _ annotation: String, _ now: Int64) throws {
            let reader = try ReviewReader.open(path)
            let rows = try reader.history(of: annotation)
            #expect(rows.map(\.actor) == ["anna", "anna"])
            #expect(rows.map(\.start?.nanoseconds) == [now, now + 1])
            #expect(rows[0].detail == #"{"reaction_ms":250}"#)
            #expect(try reader.ratings(assignment: "a").map(\.stage) == ["text", "all"])
            try reader.close()
        }

        /// To ELAN and back, with a daemon and without.
        private func exchange(_ station: StationProcess, _ path: String) throws {
            let eaf = station.file("out.eaf")
            let export = try station.attune(
                "review", "export", path, "--format", "elan", "--out", eaf)
            #expect(export.code == 0, "\(export.error)")
            let first = try station.json("review", "import", path, eaf, "--layer", "ben")
            #expect(first["taken"]?.integer == 1 && first["repeated"]?.integer == 0, "\(first)")
            #expect(try station.end().code == 0)
            let again = try station.json("review", "import", path, eaf, "--layer", "ben")
            #expect(again["taken"]?.integer == 0 && again["repeated"]?.integer == 1, "\(again)")
            let other = try station.json("review", "import", path, eaf, "--layer", "carla")
            #expect(other["taken"]?.integer == 1)
            let reader = try ReviewReader.open(path)
            #expect(try reader.annotations(layer: "ben").map(\.action) == [.import])
            try reader.close()
            try FileSystem.remove(eaf)
            let missing = try station.attune("review", "import", path, eaf, "--layer", "ben")
            #expect(missing.code != 0 && missing.error.contains("cannot be read"), "\(missing)")
        }
    }
}
