"""Listens to a page of playback: the samples that really come out, found again in the commentary's WAV, against
where the session's clock stood when they were heard. Knows nothing of how the page makes them."""

# Beside whatever is connected to the loudspeaker of an AudioContext a tap is put, which numbers the samples by the
# context's frames. When a frame is heard the browser tells; when it was rendered is looked at as well, for a check.
LISTENER = """
window.heard = { blocks: [], frames: [] };
const connect = AudioNode.prototype.connect;
const taps = new Map();
window.AudioContext = class extends AudioContext {
  constructor(options) {
    super(options);
    const tap = { node: null, inputs: [] };
    taps.set(this, tap);
    this.audioWorklet.addModule("/page/think-aloud/capture-worklet.js").then(() => {
      tap.node = new AudioWorkletNode(this, "attune-capture");
      tap.node.port.onmessage = ({ data: { first, known, at, samples } }) => {
        const { contextTime, performanceTime } = this.getOutputTimestamp();
        const rendered = performance.now() - Math.max(0, Date.now() - at) - known * 1000 / this.sampleRate;
        heard.blocks.push({ first, samples, offset: performanceTime - contextTime * 1000, rendered, rate: this.sampleRate });
      };
      connect.call(tap.node, this.destination);
      for (const input of tap.inputs) connect.call(input, tap.node);
    });
  }
};
AudioNode.prototype.connect = function (to, ...rest) {
  const tap = to === this.context.destination ? taps.get(this.context) : null;
  if (tap?.node) connect.call(this, tap.node);
  else tap?.inputs.push(this);
  return connect.call(this, to, ...rest);
};
addEventListener("commentary", ({ detail }) => {
  window.listened = detail;
  const look = (at) => {
    const { clock, player: { audio } } = detail;
    heard.frames.push({ ms: performance.now(), position: clock.position, playing: clock.playing, rate: clock.rate, file: audio.currentTime,
      sounds: !audio.paused && !audio.seeking });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""

# Each block that has to be heard, as `{late, likeness, pass, since}`: by how many ms of what was said it is off, how much
# alike it is to what was found there, which stretch of the map that is, and for how many ms the clock had played.
FIND = """async ({ address, map, end, pieces }) => {
  const view = new DataView(await (await fetch(address)).arrayBuffer());
  let place = 12;
  while (view.getUint32(place, false) !== 0x64617461) place += 8 + view.getUint32(place + 4, true);
  const file = new Int16Array(view.buffer.slice(place + 8));
  const { blocks, frames } = heard;
  const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const stretches = map.map((one, index) => ({ ...one, to: map[index + 1]?.speech_s ?? end })).filter(({ playing }) => playing);
  const places = (position) => stretches.flatMap((one, index) => {
    const speech = one.speech_s + (position - one.session_s) / one.rate;
    const piece = pieces.findLast(({ speech_s }) => speech_s <= speech);
    if (speech < one.speech_s || speech >= one.to || !piece) return [];
    const offset = (speech - piece.speech_s) / piece.speech_per_file;
    return offset < piece.seconds ? [{ pass: index, file: piece.file_s + offset }] : [];
  });
  const found = [];
  let latency = [];
  for (const [number, { first, samples, rate, rendered }] of blocks.entries()) {
    const offset = middle(blocks.slice(Math.max(0, number - 40), number + 40).map((one) => one.offset));
    latency.push(offset - rendered);
    // The middle of a block: half of it, against the file about each place where it could be from.
    const size = samples.length >> 1;
    const begin = samples.length >> 2;
    const ms = offset + (first + samples.length / 2) * 1000 / rate;
    const later = frames.findIndex((frame) => frame.ms > ms);
    const [before, after] = [frames[later - 1], frames[later]];
    if (later < 1 || !before.playing || !after.playing) continue;
    const step = (after.position - before.position) / (after.ms - before.ms) * 1000;
    if (Math.abs(step - before.rate) > 0.2) continue;
    const began = frames.slice(0, later).findLastIndex((frame) => !frame.playing) + 1;
    const position = before.position + step * (ms - before.ms) / 1000;
    let best = null;
    for (const { pass, file: wanted } of places(position)) {
      const centre = Math.round(wanted * rate) - (size >> 1);
      const reach = Math.round(0.08 * rate);
      let power = 0;
      for (let index = 0; index < size; index += 1) power += samples[begin + index] ** 2;
      for (let lag = -reach; lag <= reach; lag += 1) {
        let product = 0;
        let other = 0;
        for (let index = 0; index < size; index += 1) {
          const value = file[centre + lag + index] ?? 0;
          product += samples[begin + index] * value;
          other += value * value;
        }
        const likeness = power && other ? product / Math.sqrt(power * other) : 0;
        if (!best || likeness > best.likeness) best = { late: lag * 1000 / rate, likeness, pass, since: ms - frames[began].ms, position };
      }
    }
    if (best) found.push(best);
  }
  return { found, latency: middle(latency) };
}"""


def find(page, address, told):
    """The blocks that were heard; see FIND. `told`: the commentary as the console tells it."""
    return page.evaluate(FIND, {"address": address, "map": told["map"], "end": told["duration_s"],
                                "pieces": told["audio"][0]["pieces"]})
