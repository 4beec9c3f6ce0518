// The page's own keys, as an entry each of the table in keys.js.

/** `actions`: the Actions; `more`: `{showKeys, showTracks, copyLink, search, say}`. */
export function pageKeys(actions, more) {
  const entry = (group, keys, label, run, repeat = false) => ({ group, keys: [keys].flat(), label, run, repeat });
  const step = (key, label, seconds) => entry("Move", key, label, () => actions.step(seconds), true);
  const jump = (group, key, label, kind, direction) => entry(group, key, label, () => actions.jump(kind, direction), true);
  const noScheme = (what) => () => more.say(`${what} needs a coding scheme: open one in the annotations`);
  return [
    entry("Play", " ", "Play or pause", () => actions.toggle()),
    entry("Play", "j", "Play backwards; again: faster", () => actions.shuttle(-1)),
    entry("Play", "k", "Pause", () => actions.pause()),
    entry("Play", "l", "Play; again: faster", () => actions.shuttle(1)),
    entry("Play", "[", "Slower", () => actions.stepSpeed(-1), true),
    entry("Play", "]", "Faster", () => actions.stepSpeed(1), true),
    entry("Play", "Backspace", "Speed 1×, forwards", () => actions.setSpeed(1)),
    entry("Play", "s", "Skip idle stretches, or not", () => actions.toggleSkipping()),
    step("ArrowLeft", "0.1 s back", -0.1), step("ArrowRight", "0.1 s on", 0.1),
    step("Shift+ArrowLeft", "1 s back", -1), step("Shift+ArrowRight", "1 s on", 1),
    step("PageUp", "10 s back", -10), step("PageDown", "10 s on", 10),
    entry("Move", "Home", "Start of the session", () => actions.toStart()),
    entry("Move", "End", "End of the session", () => actions.toEnd()),
    jump("Go to", "Ctrl+ArrowLeft", "Previous event", "event", -1), jump("Go to", "Ctrl+ArrowRight", "Next event", "event", 1),
    jump("Go to", "ArrowUp", "Previous turn", "turn", -1), jump("Go to", "ArrowDown", "Next turn", "turn", 1),
    jump("Go to", "Shift+p", "Previous peak", "peak", -1), jump("Go to", "p", "Next peak", "peak", 1),
    jump("Go to", "Shift+h", "Previous pause", "pause", -1), jump("Go to", "h", "Next pause", "pause", 1),
    jump("Go to", "Shift+n", "Previous annotation", "annotation", -1), jump("Go to", "n", "Next annotation", "annotation", 1),
    jump("Go to", "Shift+g", "Previous gap", "gap", -1), jump("Go to", "g", "Next gap", "gap", 1),
    entry("Choose a stretch", "i", "It begins here", () => actions.setIn()),
    entry("Choose a stretch", "o", "It ends here", () => actions.setOut()),
    entry("Choose a stretch", "\\", "Loop in it, or not", () => actions.toggleLoop()),
    entry("Choose a stretch", "z", "Zoom to it", () => actions.zoomToSelection()),
    entry("Choose a stretch", "Escape", "Choose nothing", () => actions.clear()),
    entry("Zoom", ["+", "="], "Closer", () => actions.zoom(0.5), true),
    entry("Zoom", "-", "Further away", () => actions.zoom(2), true),
    entry("Zoom", "0", "The whole session", () => actions.fit()),
    entry("Zoom", "f", "Follow the playhead", () => actions.setFollowing(!actions.following)),
    entry("Code", ["1", "2", "3", "4", "5", "6", "7", "8", "9"], "A code of the scheme", noScheme("A code")),
    entry("Code", "m", "A marker", noScheme("A marker")),
    entry("Code", "Ctrl+z", "Undo", () => more.say("There is nothing to undo")),
    entry("Page", "/", "Search the transcript", () => more.search()),
    entry("Page", "t", "Choose tracks", () => more.showTracks()),
    entry("Page", "c", "Copy a link to this moment", () => more.copyLink()),
    entry("Page", "?", "These keys", () => more.showKeys()),
  ];
}
