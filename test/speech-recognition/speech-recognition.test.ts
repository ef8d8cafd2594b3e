// SpeechRecognition as the Web Speech API has it: attributes, order of events, shapes of results, errors.

import { describe, expect, it, vi } from "vitest";
import { FoldvoxError } from "../../src/errors.ts";
import {
  SpeechGrammarList,
  type SpeechRecognitionEvent,
  SpeechRecognitionPhrase,
} from "../../src/speech-recognition/speech-recognition.ts";
import { scene, settle } from "./support.ts";

describe("attributes", () => {
  it("have the standard's defaults", () => {
    const { recognition } = scene();
    expect(recognition).toMatchObject({
      continuous: false,
      interimResults: false,
      maxAlternatives: 1,
      lang: "",
      processLocally: false,
      phrases: [],
      onresult: null,
      onend: null,
    });
    expect(recognition.grammars).toBeInstanceOf(SpeechGrammarList);
  });

  it("on... take one function, which may be replaced and taken away", async () => {
    const { recognition } = scene();
    const calls: string[] = [];
    recognition.onstart = () => calls.push("first");
    recognition.addEventListener("start", () => calls.push("listener"));
    recognition.onstart = function (event) {
      expect(this).toBe(recognition);
      expect(event.type).toBe("start");
      calls.push("second");
    };
    recognition.start();
    await settle();
    // The place among the listeners is that of the first function.
    expect(calls).toEqual(["second", "listener"]);
    recognition.onstart = null;
    expect(recognition.onstart).toBeNull();
    recognition.abort();
    await settle();
    recognition.start();
    await settle();
    expect(calls).toEqual(["second", "listener", "listener"]);
  });
});

describe("a session", () => {
  it("of one utterance ends with it", async () => {
    const { recognition, microphone, recognizer, log } = scene();
    recognition.start();
    await settle();
    expect(log).toEqual(["start", "audiostart"]);
    microphone.hear(0.2);
    microphone.hear(0.4, true);
    recognizer.partial("one");
    recognizer.final("one two");
    recognizer.final("three");
    await settle();
    expect(log).toEqual([
      "start",
      "audiostart",
      "soundstart",
      "speechstart",
      "speechend",
      'result 0: "one two"',
      "soundend",
      "audioend",
      "end",
    ]);
    expect(microphone).toMatchObject({ opened: 1, closed: 1 });
    expect(recognizer.freed).toBe(1);
  });

  it("tells the end of speech when it is quiet, and no beginning when words settle after that", async () => {
    const { recognition, microphone, recognizer, log } = scene();
    recognition.interimResults = true;
    recognition.continuous = true;
    recognition.start();
    await settle();
    microphone.hear(0.2);
    microphone.hear(0.4, true);
    recognizer.partial("one");
    microphone.hear(2.2);
    recognizer.partial("one two");
    recognizer.final("one two");
    microphone.hear(0.4, true);
    recognizer.partial("three");
    expect(log.slice(2)).toEqual([
      "soundstart",
      "speechstart",
      'result 0: "one"?',
      "speechend",
      "soundend",
      'result 0: "one two"?',
      'result 0: "one two"',
      "soundstart",
      "speechstart",
      'result 1: "one two" " three"?',
    ]);
    recognition.abort();
  });

  it("that is continuous with interim results goes on until it is stopped", async () => {
    const { recognition, recognizer, microphone, log } = scene();
    recognition.continuous = true;
    recognition.interimResults = true;
    let last: SpeechRecognitionEvent | null = null;
    recognition.onresult = (event) => {
      last = event;
    };
    recognition.start();
    await settle();
    microphone.hear(0.1);
    recognizer.partial("one");
    recognizer.final("one two");
    recognizer.final("three");
    recognizer.last = "zero";
    recognition.stop();
    await settle();
    expect(log.filter((entry) => entry.startsWith("result"))).toEqual([
      'result 0: "one"?',
      'result 0: "one two"',
      // No final without an interim result before it, and every transcript but the first begins with a space.
      'result 1: "one two" " three"?',
      'result 1: "one two" " three"',
      'result 2: "one two" " three" " zero"?',
      'result 2: "one two" " three" " zero"',
    ]);
    expect(log.at(-1)).toBe("end");
    expect(log.indexOf("audioend")).toBeLessThan(log.indexOf('result 2: "one two" " three" " zero"'));
    const { results } = last!;
    expect(results).toHaveLength(3);
    expect(results.item(1)).toBe(results[1]);
    expect(results[0]!.item(0)).toEqual({ transcript: "one two", confidence: 0.75 });
    expect(results[0]).toMatchObject({ length: 1, isFinal: true });
  });

  it("keeps what is said while the recognizer loads", async () => {
    const { recognition, recognizer, microphone } = scene();
    let loaded = () => {};
    recognizer.loading = new Promise((resolve) => {
      loaded = resolve;
    });
    recognition.start();
    await settle();
    microphone.hear(1, true);
    expect(recognizer.samples).toBe(0);
    loaded();
    await settle();
    expect(recognizer.samples).toBe(16000);
  });

  it("that is stopped while the recognizer loads still tells what was said", async () => {
    const { recognition, recognizer, microphone, log } = scene();
    let loaded = () => {};
    recognizer.loading = new Promise((resolve) => {
      loaded = resolve;
    });
    recognizer.last = "two";
    recognition.start();
    await settle();
    microphone.hear(1, true);
    recognition.stop();
    loaded();
    await settle();
    expect(log.slice(-2)).toEqual(['result 0: "two"', "end"]);
    expect(recognizer.samples).toBe(16000);
    expect(recognizer.finished).toBe(1);
  });

  it("without a word ends after 8 seconds: no-speech in silence, nomatch if somebody spoke", async () => {
    const silent = scene();
    silent.recognition.start();
    await settle();
    silent.microphone.hear(7.9);
    await settle();
    expect(silent.log).toEqual(["start", "audiostart"]);
    silent.microphone.hear(0.2);
    await settle();
    expect(silent.log).toEqual(["start", "audiostart", "audioend", "error no-speech", "end"]);

    const spoken = scene();
    spoken.recognition.start();
    await settle();
    spoken.microphone.hear(1);
    spoken.microphone.hear(1, true);
    spoken.microphone.hear(6.2);
    await settle();
    expect(spoken.log).toEqual(["start", "audiostart", "soundstart", "soundend", "audioend", "nomatch", "end"]);
  });

  it("with words in it goes on, however long they take and whatever silence lies between", async () => {
    const { recognition, microphone, recognizer, log } = scene();
    recognition.continuous = true;
    recognition.start();
    await settle();
    microphone.hear(1, true);
    recognizer.partial("one");
    for (let second = 0; second < 5; second++) {
      microphone.hear(1);
      microphone.hear(1, true);
      await settle();
    }
    recognizer.last = "one two";
    recognition.stop();
    await settle();
    expect(log.filter((entry) => entry === "end")).toEqual(["end"]);
    expect(log.at(-2)).toBe('result 0: "one two"');
  });

  it("can be started again from its end event, and not before", async () => {
    const { recognition, log } = scene();
    recognition.start();
    expect(() => recognition.start()).toThrow(DOMException);
    expect(() => recognition.start()).toThrow(expect.objectContaining({ name: "InvalidStateError" }));
    recognition.addEventListener("end", () => recognition.start(), { once: true });
    await settle();
    recognition.stop();
    await settle();
    expect(log).toEqual(["start", "audiostart", "audioend", "end", "start", "audiostart"]);
  });

  it("that is stopped or aborted before the microphone is there ends, and the microphone is not kept", async () => {
    const stopped = scene();
    stopped.recognition.start();
    stopped.recognition.stop();
    await settle();
    expect(stopped.log).toEqual(["end"]);
    expect(stopped.microphone.closed).toBe(stopped.microphone.opened);

    const aborted = scene();
    aborted.recognition.start();
    aborted.recognition.abort();
    await settle();
    expect(aborted.log).toEqual(["error aborted", "end"]);
    expect(aborted.microphone.closed).toBe(aborted.microphone.opened);
  });

  it("tells nothing more once it is aborted", async () => {
    const { recognition, recognizer, microphone, log } = scene();
    recognition.interimResults = true;
    recognition.start();
    await settle();
    recognizer.partial("one");
    recognition.abort();
    recognizer.final("one");
    await settle();
    expect(log.slice(-5)).toEqual(["speechend", "soundend", "audioend", "error aborted", "end"]);
    expect(log).not.toContain('result 0: "one"');
    expect(microphone.closed).toBe(1);
  });

  it("gives way to another recognition's", async () => {
    const { recognition, SpeechRecognition, recognizer, log } = scene();
    recognition.start();
    await settle();
    const other = new SpeechRecognition();
    other.start();
    await settle();
    expect(log.slice(-2)).toEqual(["error aborted", "end"]);
    expect(recognizer.loads).toBe(1);
    other.abort();
  });

  it("listens to a live audio track in place of the microphone", async () => {
    const { recognition, microphone } = scene();
    const track = { kind: "audio", readyState: "live" } as MediaStreamTrack;
    expect(() => recognition.start({ ...track, readyState: "ended" })).toThrow(DOMException);
    expect(() => recognition.start({ ...track, kind: "video" })).toThrow(DOMException);
    recognition.start(track);
    await settle();
    expect(microphone.options!.track).toBe(track);
  });
});

describe("errors", () => {
  it("of a worker that has died concern one session: the next has a new one", async () => {
    const { recognition, recognizer, log } = scene();
    recognition.start();
    await settle();
    recognition.abort();
    await settle();
    recognizer.made[0]!.isAlive = false;
    log.length = 0;
    recognition.start();
    await settle();
    expect(recognizer.loads).toBe(2);
    expect(log).toEqual(["start", "audiostart"]);
  });

  it.each(["interrupted", "muted", "nothing"] as const)("of a microphone that is not heard: %s", async (what) => {
    vi.useFakeTimers();
    try {
      const { recognition, microphone, log } = scene();
      recognition.start();
      await vi.advanceTimersByTimeAsync(10);
      microphone.hear(0.1);
      await vi.advanceTimersByTimeAsync(4000);
      microphone.hear(0.1);
      await vi.advanceTimersByTimeAsync(4000);
      expect(log).toEqual(["start", "audiostart"]);
      if (what !== "nothing") microphone.options!.onStateChange!(what);
      // What a muted device gives is no sound.
      if (what === "muted") microphone.hear(0.1);
      await vi.advanceTimersByTimeAsync(3000);
      expect(log.slice(2)).toEqual(["audioend", "error audio-capture", "end"]);
      expect(microphone.closed).toBe(1);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(log).toHaveLength(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["not-allowed", "not-allowed"],
    ["audio-capture", "audio-capture"],
  ] as const)("of the microphone: %s", async (code, error) => {
    const { recognition, microphone, log } = scene();
    microphone.refusal = new FoldvoxError(code, "No.");
    recognition.start();
    await settle();
    expect(log).toEqual([`error ${error}`, "end"]);
    microphone.refusal = null;
    recognition.start();
    await settle();
    expect(log.slice(2)).toEqual(["start", "audiostart"]);
  });

  it("of a microphone that goes away", async () => {
    const { recognition, microphone, log } = scene();
    recognition.start();
    await settle();
    microphone.options!.onEnded!();
    await settle();
    expect(log.slice(2)).toEqual(["audioend", "error audio-capture", "end"]);
  });

  it.each([
    ["io", "network"],
    ["out-of-memory", "service-not-allowed"],
  ] as const)("of the recognizer: %s is %s, and the next start tries again", async (code, error) => {
    const { recognition, recognizer, microphone, log } = scene();
    recognizer.failure = new FoldvoxError(code, "No.");
    recognition.start();
    await settle();
    expect(log.slice(-2)).toEqual([`error ${error}`, "end"]);
    expect(microphone.closed).toBe(microphone.opened);
    recognizer.failure = null;
    log.length = 0;
    recognition.start();
    await settle();
    expect(log).toEqual(["start", "audiostart"]);
  });

  it("of the language, without opening the microphone", async () => {
    const { recognition, microphone, log } = scene();
    recognition.lang = "de-AT";
    recognition.start();
    await settle();
    expect(log).toEqual(["error language-not-supported", "end"]);
    expect(microphone.opened).toBe(0);
    recognition.lang = "en-GB";
    recognition.start();
    await settle();
    expect(log.slice(2)).toEqual(["start", "audiostart"]);
  });

  it("of phrases that the model cannot prefer", async () => {
    const { recognition, recognizer, log } = scene();
    recognition.phrases = [new SpeechRecognitionPhrase("one")];
    recognizer.failure = new FoldvoxError("unsupported", "No.");
    recognition.start();
    await settle();
    expect(log.slice(-2)).toEqual(["error phrases-not-supported", "end"]);
  });
});

describe("what is asked of the recognizer", () => {
  it("is greedy decoding unless more is wanted", async () => {
    const { recognition, recognizer } = scene();
    recognition.start();
    await settle();
    expect(recognizer.created[0]!.decoding).toBeUndefined();
  });

  it("is grammars and phrases, and nothing else, of a model of phonemes", async () => {
    const { recognition, recognizer, log } = scene();
    recognizer.config = { ...recognizer.config, tokenUnit: "phoneme" };
    const colours = "#JSGF V1.0; grammar colours; public <colour> = aqua | red;";
    recognition.grammars.addFromString(colours);
    recognition.phrases = [new SpeechRecognitionPhrase("switch off")];
    recognition.start();
    await settle();
    expect(recognizer.created[0]!.decoding).toEqual({ alternatives: 1, grammar: [colours, "switch off"] });
    recognition.abort();
    await settle();
    recognizer.failure = new FoldvoxError("bad-argument", "Line 1 is wrong.");
    recognition.start();
    await settle();
    expect(log.slice(-2)).toEqual(["error bad-grammar", "end"]);
  });

  it("is no grammar of a model of words, which would not know its words", async () => {
    const { recognition, recognizer } = scene();
    recognition.grammars.addFromString("#JSGF V1.0; grammar colours; public <colour> = aqua | red;");
    recognition.start();
    await settle();
    expect(recognizer.created[0]!.decoding).toBeUndefined();
  });

  it("is alternatives and phrases; phrases with words that the model does not know are left out", async () => {
    const { recognition, recognizer } = scene();
    recognition.maxAlternatives = 3;
    recognition.phrases = [new SpeechRecognitionPhrase("one two", 4), new SpeechRecognitionPhrase("grapefruit")];
    recognition.phrases.push(new SpeechRecognitionPhrase("Three"));
    recognition.start();
    await settle();
    expect(recognizer.created[0]!.decoding).toEqual({
      alternatives: 3,
      hotwords: [
        { phrase: "one two", boost: 4 },
        { phrase: "Three", boost: 1 },
      ],
    });
  });

  it.each([
    ["", 1],
    ["  ", 1],
    ["one", -1],
    ["one", 10.5],
    ["one", Number.NaN],
  ])("no phrase %j with boost %d", (phrase, boost) => {
    expect(() => new SpeechRecognitionPhrase(phrase, boost)).toThrow(expect.objectContaining({ name: "SyntaxError" }));
  });
});

describe("available and install", () => {
  it("tell of the model's language, and load it", async () => {
    const { SpeechRecognition, recognizer } = scene();
    expect(await SpeechRecognition.available({ langs: ["en-US", "fr"] })).toBe("unavailable");
    expect(await SpeechRecognition.available({ langs: ["en-US"], processLocally: true })).toBe("downloadable");
    expect(await SpeechRecognition.install({ langs: ["fr"] })).toBe(false);
    expect(recognizer.loads).toBe(0);
    recognizer.failure = new FoldvoxError("io", "No.");
    expect(await SpeechRecognition.install({ langs: ["en"] })).toBe(false);
    recognizer.failure = null;
    expect(await SpeechRecognition.install({ langs: ["en"] })).toBe(true);
    expect(await SpeechRecognition.available({ langs: ["en-US"] })).toBe("available");
  });

  it("preload loads before the first start, and says what fails", async () => {
    const { SpeechRecognition, recognizer, recognition, log } = scene();
    recognizer.failure = new FoldvoxError("io", "No network.");
    await expect(SpeechRecognition.preload()).rejects.toMatchObject({ code: "io" });
    recognizer.failure = null;
    await SpeechRecognition.preload();
    expect(recognizer.loads).toBe(2);
    expect(await SpeechRecognition.available({ langs: ["en"] })).toBe("available");
    recognition.start();
    await settle();
    expect([recognizer.loads, log]).toEqual([2, ["start", "audiostart"]]);
  });
});
