// Transcripts that the browser keeps.

import { expect, it } from "vitest";
import { Recents } from "../../../web/page/transcript/recents.ts";

const recent = (time: number, text = `said at ${time}`) => ({ time, source: "", finals: [{ text, result: [] }] });

function storage(failing = false) {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      if (failing) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  };
}

it("keeps the newest first, over visits, and forgets what is deleted", () => {
  const place = storage();
  const recents = new Recents(place);
  for (let time = 1; time <= 25; time++) recents.put(recent(time));
  recents.put(recent(25, "said again"));
  expect(new Recents(place).list.map(({ time }) => time)).toEqual(Array.from({ length: 20 }, (_, i) => 25 - i));
  expect(new Recents(place).list[0]!.finals[0]!.text).toBe("said again");
  recents.remove(24);
  expect(new Recents(place).list.some(({ time }) => time === 24)).toBe(false);
  recents.clear();
  expect(new Recents(place).list).toEqual([]);
});

it("keeps less where transcripts are long, and lasts as long as the page where nothing can be kept", () => {
  const recents = new Recents(storage());
  for (let time = 1; time <= 5; time++) recents.put(recent(time, "word ".repeat(100_000)));
  expect(recents.list.map(({ time }) => time)).toEqual([5]);
  for (const place of [storage(true), null]) {
    const own = new Recents(place);
    own.put(recent(1));
    expect(own.list).toHaveLength(1);
    own.clear();
    expect(own.list).toEqual([]);
  }
});

it("reads nothing from what is damaged", () => {
  for (const text of ["{", "{}", '[{"time":"1"}]', '[{"time":1,"source":"","finals":[{}]}]']) {
    expect(new Recents({ ...storage(), getItem: () => text }).list).toEqual([]);
  }
});
