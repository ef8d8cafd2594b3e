// foldvox in place of the browser's recognizer: one line, and react-speech-recognition works in every browser, offline.

import { SpeechRecognition as FoldvoxRecognition } from "foldvox/speech-recognition";
import { createRoot } from "react-dom/client";
import SpeechRecognition from "react-speech-recognition";
import { Dictation } from "./Dictation.jsx";

SpeechRecognition.applyPolyfill(FoldvoxRecognition);
createRoot(document.getElementById("root")).render(<Dictation />);
