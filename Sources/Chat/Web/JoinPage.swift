/// The small pages around joining. Without scripts, so that a preview of a link cannot use it up: only
/// the button does.
enum JoinPage {
    static func button(_ token: String) -> String {
        page(
            "Join the session",
            """
            <p>You were invited to take part in a session. The link works once, for this browser.</p>
            <form method="post" action="/join/\(token)"><button type="submit" class="primary">\
            Join</button></form>
            """)
    }

    static let used = page(
        "This link cannot be used any more",
        """
        <p>It was used already, or it is too old. If the session is open in another tab or window, go \
        on there.</p>
        <p>Else ask the person who invited you for a new link.</p>
        """)

    static let noEntry = page(
        "This browser has not joined the session",
        """
        <p>Open the link of your invitation in this browser. If it was used already, ask the person who \
        invited you for a new one.</p>
        """)

    static let over = page(
        "The session is over", "<p>Thank you for taking part. You can close this page.</p>")

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>\(title)</title>
        <link rel="icon" href="/page/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/page/style.css">
        </head>
        <body>
        <main id="main" class="plain">
        <h1>\(title)</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }
}
