// The server's metrics, gathered when they are asked for.

import type { Region } from "../../engine/arena-plan.ts";
import { metric } from "./metrics.ts";
import type { ServerState } from "./server-state.ts";

/** Upper bounds of the reply histogram, in seconds: from a quick step to a server that is far behind. */
export const REPLY_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

/** Streams have a region each, "stream 1" and so on; here they are one. */
function bytesByName(regions: readonly Region[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, bytes } of regions) {
    const kind = name.replace(/^stream \d+$/, "streams");
    sums.set(kind, (sums.get(kind) ?? 0) + bytes);
  }
  return sums;
}

/** The text that Prometheus reads. */
export async function metricsText(server: ServerState): Promise<string> {
  const { pool } = server;
  const reports = (await pool.reports()).flatMap((report, thread) =>
    report ? [{ ...report, labels: { thread: String(thread) } }] : [],
  );
  const regions = reports.flatMap(({ memory, labels }) =>
    [...bytesByName(memory.regions)].map(([region, bytes]) => [{ ...labels, region }, bytes] as const),
  );
  const { rss, heapUsed } = process.memoryUsage();
  return [
    metric("foldvox_threads", "gauge", "Recognition threads that are alive.", [[{}, pool.threadsAlive]]),
    metric("foldvox_streams", "gauge", "Streams that are open.", [[{}, pool.streams]]),
    metric("foldvox_streams_most", "gauge", "Streams that may be open.", [[{}, pool.streamsMost]]),
    metric("foldvox_connections", "gauge", "Sockets that are open.", [[{}, server.connections]]),
    server.conversationsEnded.lines("foldvox_conversations_total", "Conversations that have ended, by outcome."),
    server.audioSeconds.lines("foldvox_conversation_audio_seconds_total", "Audio of conversations that have ended."),
    server.refusals.lines("foldvox_refused_connections_total", "Sockets that were refused, by reason."),
    metric(
      "foldvox_audio_seconds_total",
      "counter",
      "Audio that has been recognized.",
      reports.map(({ labels, audioSeconds }) => [labels, audioSeconds]),
    ),
    metric(
      "foldvox_compute_seconds_total",
      "counter",
      "Time that recognizing took; its rate over that of the audio is the real-time factor.",
      reports.map(({ labels, computeSeconds }) => [labels, computeSeconds]),
    ),
    metric(
      "foldvox_real_time_factor",
      "gauge",
      "Computing over audio since the thread was started.",
      reports.map(({ labels, computeSeconds, audioSeconds }) => [
        labels,
        computeSeconds / Math.max(audioSeconds, 1e-9),
      ]),
    ),
    server.replySeconds.lines("foldvox_reply_seconds", "From a piece of audio's arrival to its answer."),
    metric("foldvox_memory_bytes", "gauge", "WebAssembly memory by region.", regions),
    metric("foldvox_resident_bytes", "gauge", "Resident set of the process.", [[{}, rss]]),
    metric("foldvox_heap_bytes", "gauge", "JavaScript heap in use of the main thread.", [[{}, heapUsed]]),
  ].join("");
}
