#!/bin/sh
# Writes the interfaces' texts into Sources/Link, so that a program needs no file to describe
# itself. Run it after changing an interface; a test compares the two.
set -eu
cd "$(dirname "$0")"
for interface in Control Link Study Review Chat; do
    file="../../Sources/Link/${interface}Interface/${interface}InterfaceText.swift"
    {
        echo "// Written by Protocols/interfaces/embed.sh from io.attune.$interface.varlink."
        echo
        echo "extension ${interface}Interface {"
        echo "    /// The interface's description in Varlink's own language."
        echo '    public static let text = #"""'
        cat "io.attune.$interface.varlink"
        echo
        echo '"""#'
        echo "}"
    } > "$file"
done
swift format -i ../../Sources/Link/*Interface/*InterfaceText.swift
