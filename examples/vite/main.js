// A microphone, a recognizer in a worker, and words as they come.

import { openMicrophone } from "foldvox/microphone";
import { createWorkerRecognizer } from "foldvox/worker";

const button = document.getElementById("listen");
const partial = document.getElementById("partial");
const finals = document.getElementById("finals");

const recognizer = await createWorkerRecognizer();
let stop = null;

async function listen() {
  const stream = await recognizer.createStream({
    onPartial: (result) => {
      partial.textContent = result.partial;
    },
    onFinal: ({ text }) => {
      partial.textContent = "";
      finals.append(Object.assign(document.createElement("li"), { textContent: text }));
    },
  });
  const microphone = await openMicrophone({ onSamples: (samples) => stream.acceptWaveform(16000, samples) });
  return async () => {
    await microphone.close();
    await stream.inputFinished();
    await stream.free();
  };
}

button.addEventListener("click", async () => {
  button.disabled = true;
  try {
    if (stop) {
      await stop();
      stop = null;
    } else {
      stop = await listen();
    }
  } catch (error) {
    partial.textContent = error.message;
  }
  button.textContent = stop ? "Stop" : "Listen";
  button.disabled = false;
});
button.textContent = "Listen";
button.disabled = false;
