import Markup

/// The pages around signing in. They work without scripts, and a link's page lets nobody in by being
/// opened: only its button does, so that a preview cannot use the link up.
struct SignInPage {
    /// Where to go afterwards.
    var from = "/"
    /// The link that was opened.
    var token: String?
    /// Whom the link lets in.
    var link: AccessLink?
    /// What was wrong, in words.
    var problem: String?
    /// What went well, in words.
    var news: String?
    /// The name that was given.
    var name = ""

    var html: String {
        if let token, let link { return Self.page("Open the console", button(token, link)) }
        return Self.page("Sign in", form)
    }

    private func button(_ token: String, _ link: AccessLink) -> String {
        let whom =
            link.session == nil
            ? "This link lets you into the console of this station as "
                + "<b>\(MarkupText.escaped(link.name))</b> (\(Self.words(link.roles)))."
            : "You were invited to look back on your session."
        return """
            <p>\(whom) It works once, for this browser.</p>
            <form method="post" action="/sign-in" class="card">
            <input type="hidden" name="token" value="\(MarkupText.escaped(token))">
            <input type="hidden" name="from" value="\(MarkupText.escaped(from))">
            <button type="submit" class="primary">\(link.session == nil ? "Sign in" : "Go in")</button>
            </form>
            """
    }

    private var form: String {
        let wrong = problem == nil ? "" : #" aria-invalid="true" aria-describedby="problem""#
        return """
            \(problem.map { #"<p class="problem" id="problem" role="alert">\#(MarkupText.escaped($0))</p>"# } ?? "")\
            \(news.map { #"<p class="note" role="status">\#(MarkupText.escaped($0))</p>"# } ?? "")
            <form method="post" action="/sign-in" class="card">
            <input type="hidden" name="from" value="\(MarkupText.escaped(from))">
            <div class="field"><label for="name">Name</label>
            <input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" \
            required maxlength="40" value="\(MarkupText.escaped(name))"\(wrong)></div>
            <div class="field"><label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required \
            maxlength="200"\(wrong)></div>
            <button type="submit" class="primary">Sign in</button>
            </form>
            <p class="hint">No account? Ask whoever runs this station. On its machine, \
            <code>attune-console user add</code> makes one, and <code>attune-console link</code> prints an \
            address that lets one browser in.</p>
            """
    }

    /// A page for somebody who is signed in and may not be here.
    static func refused(_ visitor: Visitor) -> String {
        page(
            "This page is not for your account",
            """
            <p>You are signed in as <b>\(MarkupText.escaped(visitor.name))</b> \
            (\(words(Role.allCases.filter(visitor.has)))). Ask whoever runs this station if you need it.</p>
            <p><a class="button" href="/">To the first page</a></p>
            """, asksWhetherIn: false)
    }

    /// A page for somebody who asks for one that is none.
    static var missing: String {
        page(
            "There is no such page",
            """
            <p>The address may have been cut off or mistyped.</p>
            <p><a class="button" href="/">To the first page</a></p>
            """, asksWhetherIn: false)
    }

    private static func words(_ roles: [Role]) -> String {
        roles.map(\.rawValue).joined(separator: ", ")
    }

    /// - Parameter asksWhetherIn: a browser that comes from another site leaves the strict cookie away;
    ///   the script then goes on by itself.
    private static func page(_ title: String, _ body: String, asksWhetherIn: Bool = true) -> String
    {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>\(title) · Attune</title>
        <link rel="icon" href="/participant/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/page/style.css">
        \(asksWhetherIn ? #"<script type="module" src="/page/sign-in.js"></script>"# : "")
        </head>
        <body class="sign-in">
        <main id="main" class="page narrow">
        <p class="brand"><img src="/participant/icon.svg" alt="">Attune</p>
        <h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }
}
