// The page: ties modes, buttons, runs of listening and what is shown of them together.

import type { FinalResult, PartialResult } from "../src/worker/worker-recognizer.ts";
import { CodeView } from "./page/code/code-view.ts";
import { connectControls } from "./page/controls.ts";
import { element } from "./page/elements.ts";
import type { OwnModel } from "./page/files.ts";
import { Board } from "./page/game/board.ts";
import { chooseLanguage, Language, type LanguageCode } from "./page/languages/language.ts";
import { Figures } from "./page/look/figures.ts";
import { MemoryGauge } from "./page/look/memory-gauge.ts";
import { Timeline } from "./page/look/timeline.ts";
import { ModelChoice } from "./page/model-choice.ts";
import { DictationMode } from "./page/modes/dictation.ts";
import type { Mode } from "./page/modes/mode.ts";
import { type ModeName, megabytes } from "./page/modes/models.ts";
import { PhrasesMode } from "./page/modes/phrases.ts";
import { TwentyWordsMode } from "./page/modes/twenty-words.ts";
import { Vocabulary } from "./page/modes/vocabulary.ts";
import { Offline, offerInstalling } from "./page/offline.ts";
import { Preview } from "./page/preview.ts";
import { Recognizers } from "./page/recognizers.ts";
import { decodeClip } from "./page/sound/clip.ts";
import { Devices } from "./page/sound/devices.ts";
import { KeptSound } from "./page/sound/kept-sound.ts";
import { Listening, type ListeningViews } from "./page/sound/listening.ts";
import { SoundAdvice } from "./page/sound/sound-advice.ts";
import { clipSource, microphoneSource, type SoundSource } from "./page/sound/sources.ts";
import { PageState, type StateName } from "./page/state.ts";
import { Tabs } from "./page/tabs.ts";
import { RecentsView } from "./page/transcript/recents-view.ts";
import { TranscriptView } from "./page/transcript/transcript-view.ts";

const aloudBox = element<HTMLInputElement>("aloud");

const language = new Language();
const state = new PageState(language);
const advice = new SoundAdvice(language);
const sound = new KeptSound();
const transcript = new TranscriptView();
const timeline = new Timeline(({ start, end }) => sound.replay(start, end));
const figures = new Figures();
const memory = new MemoryGauge();
const vocabulary = new Vocabulary();
const preview = new Preview();
const offline = new Offline(language);
const models = new ModelChoice(settingsChanged);
const devices = new Devices(language, () => void stop());
const recents = new RecentsView(language, ({ finals }) => {
  clear();
  for (const final of finals) transcript.final(final);
});

const modes: Record<ModeName, Mode> = {
  phrases: new PhrasesMode((grammar) => models.load("phrases", grammar), language, sound, settingsChanged),
  dictation: new DictationMode(() => models.load("dictation"), settingsChanged),
  words: new TwentyWordsMode(() => models.load("words"), vocabulary, new Board(language)),
};
let mode: Mode = modes.phrases;
let listening: Listening | null = null;

const tabs = new Tabs(["phrases", "dictation", "words"], (name) => void choose(name));
const code = new CodeView(language, settings);

const recognizers = new Recognizers({
  progress(share) {
    const percent = Math.round(Math.min(1, share) * 100);
    const size = megabytes(mode.load().bytes);
    const said = share < 1 ? language.say("loading-model", { percent, size }) : language.say("preparing");
    if (state.is("opening")) state.tell(said);
  },
  loaded(recognizer, load) {
    figures.addTransferred(load.bytes);
    const { tokens, tokenUnit, head, attribution } = recognizer.config;
    if (tokenUnit === "word") vocabulary.show(tokens.filter((_, token) => token !== head.blank));
    element("attribution").textContent = attribution.join(". ");
    void recognizer.memoryReport().then(
      (report) => memory.show(report),
      (cause: unknown) => state.fail(cause),
    );
    void offline.keepListening();
  },
});

function settings() {
  return { mode: mode.name, model: models.nameFor(mode.name), options: mode.streamOptions() };
}

function settingsChanged(): void {
  code.show(settings());
}

function setState(next: StateName, status: string): void {
  state.set(next, status);
  const stream = next === "listening" ? (listening?.openStream ?? null) : null;
  modes.phrases.listening(recognizers.ready(modes.phrases.load()), stream);
}

function ready(): void {
  const loaded = recognizers.ready(mode.load()) !== null;
  const size = megabytes(mode.load().bytes);
  transcript.setHint(language.say(`hint-${mode.name}`));
  setState("ready", language.say(loaded ? "ready-loaded" : "ready", { size }));
}

/** Everything that a run has left goes. */
function clear(): void {
  preview.stop();
  transcript.clear();
  timeline.clear();
  sound.clear();
  figures.start();
  mode.clear();
  recents.clear();
  advice.say("");
  state.fail("");
}

function showPartial(result: PartialResult): void {
  transcript.partial(mode.partial(result));
  timeline.words(result.partial_result);
}

/** Shows a final result, and returns what of it was understood. */
function showFinal(result: FinalResult): FinalResult | null {
  timeline.finish(result.result);
  const { final, answer, fuller } = mode.final(result, recognizers.ready(mode.load()));
  if (final) transcript.final(final);
  else if (answer !== undefined) void transcript.answer(answer, fuller).catch((cause: unknown) => state.fail(cause));
  return final;
}

const views: ListeningViews = {
  started: () => advice.start(),
  samples(samples) {
    sound.accept(samples);
    timeline.accept(samples);
    advice.accept(samples);
  },
  partial(result) {
    if (result.partial !== "") advice.heard();
    showPartial(result);
  },
  final(result) {
    advice.heard();
    const final = showFinal(result);
    if (final) recents.add(final);
  },
  keyword(result) {
    advice.heard();
    mode.keyword(result);
  },
  progress: (progress) => figures.progress(progress),
  wordShown: (_, latencyMs) => figures.wordShown(latencyMs),
  ended(cause) {
    listening = null;
    timeline.rest();
    recents.end();
    advice.say("");
    ready();
    if (cause !== undefined) state.fail(cause);
  },
};

/** Begins a run; `prepare` may wait for a file. `source` names it, empty for the microphone. */
async function listen(
  status: string,
  source: string,
  prepare: () => SoundSource | Promise<SoundSource>,
): Promise<void> {
  if (!state.is("ready")) return;
  clear();
  setState("opening", status);
  try {
    const loading = recognizers.get(mode.load());
    // A failure is told below, and may come before it is waited for.
    loading.catch(() => {});
    // The microphone is asked for at once, while the click counts; files wait for the model.
    const opened = source === "" ? await prepare() : await loading.then(prepare);
    recents.begin(source);
    const run = await Listening.start(loading, mode.streamOptions(), opened, views);
    // A short file may be over already.
    if (run.isOver) return;
    listening = run;
    const said = source === "" ? opened.label : source;
    setState("listening", language.say(said === "" ? "listening" : "listening-to", { device: said }));
    if (source === "") void devices.look();
  } catch (cause) {
    recents.clear();
    ready();
    state.fail(cause);
  }
}

async function stop(): Promise<void> {
  if (!state.is("listening")) return;
  setState("stopping", language.say("finishing"));
  await listening?.stop();
}

async function exampleBytes(): Promise<ArrayBuffer> {
  const response = await fetch(mode.example);
  if (!response.ok) throw new Error(language.say("bad-example"));
  return response.arrayBuffer();
}

/** Shows the mode's example as it was recorded; a visitor who begins ends it. */
async function showPreview(): Promise<void> {
  try {
    await preview.play(mode.example, {
      samples(samples) {
        sound.accept(samples);
        timeline.accept(samples);
      },
      partial: showPartial,
      final: (result) => showFinal(result),
      ended: () => timeline.rest(),
    });
    if (state.is("ready")) state.tell(language.say("recorded"));
  } catch {
    // It is only an example: the page works without.
  }
}

async function choose(name: ModeName): Promise<void> {
  if (name === mode.name) return;
  await stop();
  clear();
  mode = modes[name];
  document.documentElement.dataset.mode = name;
  tabs.select(name);
  settingsChanged();
  ready();
  void showPreview();
}

/** Listens to a file or to the example: aloud, or as fast as it goes. */
async function listenToClip(name: string, read: () => Promise<ArrayBuffer>): Promise<void> {
  const pace = aloudBox.checked ? "aloud" : "fast";
  await listen(language.say("opening", { name }), name, async () => clipSource(await decodeClip(await read()), pace));
}

function listenToMicrophone(): Promise<void> {
  const source = microphoneSource(devices.id, (now) => {
    if (now === "interrupted" || now === "muted") advice.say(language.say(now));
  });
  return listen(language.say("waiting-microphone"), "", () => source);
}

/** Loads the visitor's model, in the mode that is made for its tokens. */
async function useOwnModel(own: OwnModel): Promise<void> {
  models.setOwn(own, language.say("own-model", { name: own.model.name }));
  if (!state.is("ready")) return;
  clear();
  setState("opening", language.say("preparing"));
  try {
    // As a model of words: nothing is asked of its tokens yet.
    const { config } = await recognizers.get(models.load("words"));
    const wanted = config.tokenUnit === "phoneme" ? "phrases" : "words";
    ready();
    if ((mode.name === "words") !== (wanted === "words")) await choose(wanted);
  } catch (cause) {
    models.dropOwn();
    ready();
    state.fail(cause);
  }
}

async function main(): Promise<void> {
  connectControls({
    microphone: () => void (listening ? stop() : listenToMicrophone()),
    example: () => void listenToClip(mode.example.replace("./", ""), exampleBytes),
    audio: (file) => void listenToClip(file.name, () => file.arrayBuffer()),
    model: (own) => void useOwnModel(own),
    clear: () => (state.is("ready") ? clear() : transcript.clear()),
    stop: () => void stop(),
    leave: () => void listening?.stop(),
  });
  const languages = element<HTMLSelectElement>("language");
  languages.addEventListener("change", () => void language.set(languages.value as LanguageCode));
  language.onChange(() => {
    if (state.is("ready")) ready();
  });
  offerInstalling();
  const code = chooseLanguage(navigator.languages);
  languages.value = code;
  try {
    if (code !== "en") await language.set(code);
    await models.read();
  } catch {
    state.fail(language.say("bad-models"));
  }
  models.showSizes();
  settingsChanged();
  ready();
  figures.loaded(performance.now());
  await showPreview();
  figures.transferred();
  await offline.keepPage();
}

void main();
