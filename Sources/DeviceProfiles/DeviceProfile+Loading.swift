import Declarations

extension DeviceProfile {
    /// Reads a profile from its file.
    ///
    /// - Throws: every mistake with its line, column and key.
    public static func load(path: String) throws(DeclarationErrors) -> DeviceProfile {
        try make(DeclarationDocument(path: path))
    }

    /// Reads a profile from a text; `file` is the name that errors show.
    public static func read(_ text: String, file: String) throws(DeclarationErrors) -> DeviceProfile
    {
        try make(DeclarationDocument(text: text, file: file))
    }

    static func make(
        _ document: DeclarationDocument
    ) throws(DeclarationErrors) -> DeviceProfile {
        let declaration = try document.decode(ProfileDeclaration.self)
        var builder = ProfileBuilder(declaration, options: declaration.options ?? ProfileOptions())
        if let profile = builder.build(text: document.text, path: document.file) { return profile }
        throw DeclarationErrors(
            builder.problems.map { document.error(at: $0.keys, $0.message) })
    }

    /// The profile with a station's options laid over its own.
    ///
    /// - Throws: the first option that does not suit; its keys are below the station's options.
    public func applying(options station: ProfileOptions) throws(OptionError) -> DeviceProfile {
        let own = declaration.options ?? ProfileOptions()
        var builder = ProfileBuilder(declaration, options: own.merging(station))
        if let profile = builder.build(text: text, path: path) { return profile }
        let problem = builder.problems.first
        var keys = problem?.keys ?? []
        if keys.first == "options" { keys.removeFirst() }
        throw OptionError(keys: keys, message: problem?.message ?? "the options do not suit")
    }
}
