import SessionStore
import Testing

@Suite struct BatchTests {
    @Test func aFreshBatchIsEmpty() { #expect(SessionBatch().isEmpty) }
}
