/// Carries a value that only one may own into a thread's body.
///
/// `@unchecked Sendable` holds because the value is put in before the thread starts, is taken once,
/// by the thread, and is not touched by anybody else in between.
final class ThreadCargo<Value: ~Copyable>: @unchecked Sendable {
    private var value: Value?

    init(_ value: consuming Value) { self.value = consume value }

    /// Takes the value. The second call is a fault of the program.
    func take() -> Value {
        guard let taken = value.take() else { preconditionFailure("cargo is taken once") }
        return taken
    }
}
