import Testing

/// `#expect` for calls that change a noncopyable value, which the macro cannot take apart.
func check(
    _ isTrue: Bool, _ comment: Comment? = nil, at place: SourceLocation = #_sourceLocation
) {
    #expect(isTrue, comment, sourceLocation: place)
}
