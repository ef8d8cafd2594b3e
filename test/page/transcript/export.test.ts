// Transcripts as files.

import { expect, it } from "vitest";
import { exportText } from "../../../web/page/transcript/export.ts";

const finals = [
  {
    text: "up down",
    result: [
      { word: "up", start: 0.5, end: 0.7, conf: 1 },
      { word: "down", start: 1, end: 2.25, conf: 1 },
    ],
  },
  { text: "stop", result: [{ word: "stop", start: 61, end: 62, conf: 1 }] },
];

it("writes each kind", () => {
  expect(exportText("txt", finals)).toBe("up down\nstop\n");
  expect(exportText("srt", finals)).toBe(
    "1\n00:00:00,500 --> 00:00:02,250\nup down\n\n2\n00:01:01,000 --> 00:01:02,000\nstop\n\n",
  );
  expect(exportText("vtt", finals)).toMatch(/^WEBVTT\n\n00:00:00\.500 --> 00:00:02\.250\nup down\n/);
  expect(JSON.parse(exportText("json", finals))).toEqual(finals);
});
