// What was said, what is being said, and a button. Nothing in here knows of foldvox.

import SpeechRecognition, { useSpeechRecognition } from "react-speech-recognition";

export function Dictation() {
  const { finalTranscript, interimTranscript, listening, isMicrophoneAvailable, resetTranscript } =
    useSpeechRecognition();
  const toggle = () =>
    listening ? SpeechRecognition.stopListening() : SpeechRecognition.startListening({ continuous: true });
  return (
    <main>
      <button type="button" id="listen" onClick={toggle}>
        {listening ? "Stop" : "Listen"}
      </button>
      <button type="button" onClick={resetTranscript}>
        Clear
      </button>
      {!isMicrophoneAvailable && <p role="alert">Please allow the microphone.</p>}
      <p>
        <span id="final" aria-live="polite">
          {finalTranscript}
        </span>{" "}
        <em id="interim">{interimTranscript}</em>
      </p>
    </main>
  );
}
