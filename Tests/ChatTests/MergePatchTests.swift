import Link
import TestSupport
import Testing

@testable import Chat

@Suite struct MergePatchTests {
    private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    @Test func whatChangesIsToldAndNothingElse() throws {
        let old = try value(#"{"a": 1, "b": {"c": 2, "d": [1, 2]}, "gone": true}"#)
        let new = try value(#"{"a": 1, "b": {"c": 3, "d": [1, 2]}, "e": null}"#)
        let patch = try #require(MergePatch.between(old, new))
        #expect(patch == (try value(#"{"b": {"c": 3}, "e": null, "gone": null}"#)))
        #expect(MergePatch.between(new, new) == nil)
    }

    @Test func turnsAreToldOneByOne() throws {
        let old = try value(#"{"chat": {"turns": [{"number": 1, "text": "a"}]}}"#)
        let new = try value(
            #"""
            {"chat": {"turns": [{"number": 1, "text": "a"}, {"number": 2, "text": "b"}]}}
            """#)
        let patch = try #require(MergePatch.between(old, new))
        #expect(patch == (try value(#"{"chat": {"turns": [{"number": 2, "text": "b"}]}}"#)))
        #expect(apply(patch, to: old) == new)
    }

    /// Whatever changes, a page that applies the patch has the new state.
    @Test func patchesLeadToTheNewState() {
        var random = SeededGenerator(seed: 3)
        func made(_ depth: Int) -> JSONValue {
            switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
            case 0: return .integer(Int64.random(in: 0...3, using: &random))
            case 1: return .string(["", "x", "ü"].randomElement(using: &random) ?? "")
            case 2: return .bool(Bool.random(using: &random))
            case 3: return .array([.integer(1), .string("z")])
            default:
                var members: [String: JSONValue] = [:]
                for key in ["a", "b", "c", "chat"] where Bool.random(using: &random) {
                    members[key] = made(depth - 1)
                }
                return .object(members)
            }
        }
        for _ in 0..<2000 {
            let (old, new) = (made(4), made(4))
            guard let patch = MergePatch.between(old, new) else {
                #expect(old == new)
                continue
            }
            #expect(apply(patch, to: old) == new, "\(old.text) \(new.text)")
        }
    }

    // As a page applies them.

    private func apply(
        _ patch: JSONValue, to value: JSONValue?, at path: [String] = []
    ) -> JSONValue {
        if case .array(let changed) = patch, MergePatch.numbered.contains(path),
            case .array(var items)? = value
        {
            for item in changed {
                let place = items.firstIndex { $0["number"] == item["number"] }
                if let place { items[place] = item } else { items.append(item) }
            }
            return .array(items)
        }
        guard case .object(let changes) = patch else { return patch }
        var members: [String: JSONValue] = [:]
        if case .object(let before)? = value { members = before }
        for (key, change) in changes {
            if change == .null {
                members.removeValue(forKey: key)
            } else {
                members[key] = apply(change, to: members[key], at: path + [key])
            }
        }
        return .object(members)
    }
}
