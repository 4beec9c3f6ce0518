import HTTPTypes
import Hummingbird

/// What every answer says to the browser: load nothing from elsewhere, be in no frame, tell nobody
/// where you come from. Isolation from other origins also gives the page a clock of 5 µs.
public struct SecurityHeaders<Context: RequestContext>: RouterMiddleware {
    private static var policy: String {
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
            + "frame-ancestors 'none'"
    }

    private static var fields: [(String, String)] {
        [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("permissions-policy", "microphone=(self), camera=(), geolocation=()"),
        ]
    }

    /// What an answer gives as its content security policy whose document our own pages may frame.
    public static var framed: String { "frame-ancestors 'self'" }

    /// What an answer gives as its content security policy whose document stands by itself: its own style sheet
    /// and nothing else, no script, no form, an origin of its own.
    /// - Parameter style: the text of its `<style>` element.
    public static func sealed(style: String) -> String {
        "\(sealed); style-src 'sha256-\(Secret.base64Hash(style))'"
    }

    private static var sealed: String {
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    }

    private let policy: String

    /// - Parameter isStrict: whether scripts, too, are kept from making markup out of text (Trusted
    ///   Types).
    public init(isStrict: Bool = false) {
        policy =
            Self.policy
            + (isStrict ? "; require-trusted-types-for 'script'; trusted-types 'none'" : "")
    }

    public func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            response = Response(status: error.status)
        }
        for (name, value) in Self.fields + [("content-security-policy", policy)] {
            guard let name = HTTPField.Name(name) else { continue }
            // A page with a form may say more of where it comes from.
            if name.canonicalName == "referrer-policy", response.headers[name] != nil { continue }
            // One document of ours may stand in a frame of ours; it says so by `framed`.
            if response.headers[name] == Self.framed {
                response.headers[name] = policy.replacing(
                    "frame-ancestors 'none'", with: "frame-ancestors 'self'")
                continue
            }
            // A document may have less than our pages have.
            if response.headers[name]?.hasPrefix(Self.sealed) ?? false { continue }
            response.headers[name] = value
        }
        let cache = HTTPField.Name("cache-control")
        if let cache, response.headers[cache] == nil { response.headers[cache] = "no-store" }
        return response
    }
}
