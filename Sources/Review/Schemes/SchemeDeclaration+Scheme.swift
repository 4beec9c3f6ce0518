extension SchemeDeclaration {
    /// The scheme with what was left out put in: codes take colours in turn.
    var scheme: CodingScheme {
        CodingScheme(
            name: name, version: version, title: title, language: language,
            description: description, layer: layer,
            groups: (groups ?? []).map {
                CodeGroup(
                    name: $0.name, title: $0.title ?? $0.name, exclusive: $0.exclusive ?? true)
            },
            codes: (codes ?? []).enumerated().map { index, code in
                Review.Code(
                    code: code.code, title: code.title, kind: code.kind,
                    definition: code.definition, examples: code.examples ?? [], key: code.key,
                    colour: code.colour ?? index % 8 + 1, group: code.group, parent: code.parent,
                    modifiers: (code.modifiers ?? []).map {
                        Review.Modifier(
                            name: $0.name, title: $0.title ?? $0.name, kind: $0.kind,
                            choices: $0.choices ?? [], minimum: $0.minimum, maximum: $0.maximum,
                            unit: $0.unit, required: $0.required ?? false)
                    })
            }, form: form)
    }
}
