/// What a serial port's driver counted as gone wrong since the port was set up.
public struct SerialErrorCounts: Hashable, Sendable {
    /// Bytes lost because the receiver's own buffer was full.
    public var overruns: Int
    /// Bytes without a valid stop bit: usually a wrong speed.
    public var framingErrors: Int
    /// Bytes whose check bit was wrong.
    public var parityErrors: Int
    /// Bytes lost because the kernel's buffer was full: this program read too late.
    public var bufferOverruns: Int

    public init(overruns: Int, framingErrors: Int, parityErrors: Int, bufferOverruns: Int) {
        self.overruns = overruns
        self.framingErrors = framingErrors
        self.parityErrors = parityErrors
        self.bufferOverruns = bufferOverruns
    }
}
