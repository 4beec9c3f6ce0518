import Testing

@testable import Console

@Suite struct SignInPageTests {
    @Test(arguments: [
        nil, "", "sessions", "//evil.example", "/\\evil.example", "\\/evil.example",
        "https://evil.example",
        "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "/ä", "/a b",
        "/" + String(repeating: "a", count: 2000),
    ])
    func whatMightLeadElsewhereLeadsHome(from: String?) {
        #expect(ReturnPath.of(from) == "/")
    }

    @Test(arguments: ["/", "/sessions/ab?t=1.5&x=%2F#m", "/review/1", "/a//b"])
    func addressesOfThisConsoleAreKept(from: String) {
        #expect(ReturnPath.of(from) == from)
    }

    @Test func formsAreRead() {
        let fields = FormFields.parse(
            Array("name=a+b&password=%26%3D%C3%A4%2&x&name=c&=y&%6eo=1".utf8))
        #expect(fields["name"] == "a b")
        #expect(fields["password"] == "&=ä%2")
        #expect(fields["x"] == "")
        #expect(fields["no"] == "1")
        #expect(FormFields.parse([]).isEmpty)
    }

    @Test func nothingThatIsGivenBecomesMarkup() {
        let evil = #""><script>alert('x')</script>&"#
        let page = SignInPage(from: evil, problem: evil, news: evil, name: evil).html
        #expect(!page.contains("<script>alert"))
        #expect(page.contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"))
        let link = AccessLink(
            hash: "", name: evil, roles: [.expert], session: nil, endsUtcMs: 0, isFirst: false)
        let button = SignInPage(from: evil, token: evil, link: link).html
        #expect(!button.contains("<script>alert"))
        let visitor = Visitor(name: evil, roles: [.expert], csrf: "")
        #expect(!SignInPage.refused(visitor).contains("<script>alert"))
    }
}
