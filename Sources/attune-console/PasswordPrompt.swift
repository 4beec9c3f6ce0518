import ArgumentParser
import Console
import Glibc

/// Asks for a password: at a terminal twice and without showing it, else one line of standard input.
enum PasswordPrompt {
    /// The hash of the password that is given.
    static func hash(for name: String) throws -> String {
        let password: String
        if isatty(STDIN_FILENO) == 1 {
            password = try ask("Password for \(name): ")
            try AccountBook.check(password: password, name: name)
            guard try ask("Once more: ") == password else {
                throw ConsoleError(.invalid, "The two are not the same: nothing was changed.")
            }
        } else {
            password = readLine(strippingNewline: true) ?? ""
            try AccountBook.check(password: password, name: name)
        }
        return try Password.hash(password)
    }

    private static func ask(_ question: String) throws -> String {
        var usual = termios()
        // A value of our own, which the call fills.
        guard unsafe tcgetattr(STDIN_FILENO, &usual) == 0 else {
            throw ConsoleError(.invalid, "This terminal cannot hide what is typed.")
        }
        var hidden = usual
        hidden.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
            write("\n")
        }
        write(question)
        return readLine(strippingNewline: true) ?? ""
    }

    /// Questions go to the terminal even where the output goes elsewhere.
    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
