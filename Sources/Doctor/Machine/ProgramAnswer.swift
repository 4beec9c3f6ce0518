/// What a program said.
public struct ProgramAnswer: Hashable, Sendable {
    /// Its exit status.
    public var code: Int32
    /// Output and errors, line by line as they came.
    public var output: String

    public init(code: Int32, output: String) {
        self.code = code
        self.output = output
    }
}
