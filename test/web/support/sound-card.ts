// A sound card without hardware: a PulseAudio of the test's own, with speakers that nobody hears and a microphone that hears what
// is played into it. Firefox, which cannot fake a microphone from a file, uses it as the system's.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SoundCard {
  /** Environment variables by which a program finds it. */
  readonly env: Record<string, string>;
  /** Plays a WAV file into the microphone; resolves when it has been played. */
  play(file: string): Promise<void>;
  close(): void;
}

export async function openSoundCard(): Promise<SoundCard> {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-sound-"));
  const socket = join(folder, "socket");
  const modules = [
    `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    "module-null-sink sink_name=speakers",
    "module-null-sink sink_name=recording",
    "module-remap-source source_name=microphone master=recording.monitor",
  ];
  const env = { PULSE_SERVER: `unix:${socket}` };
  const home = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder };
  const options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--disable-shm=1"];
  const daemon = spawn("pulseaudio", [...options, ...modules.flatMap((module) => ["-L", module])], {
    env: home,
    stdio: "ignore",
  });
  const control = (...command: string[]) =>
    execFileSync("pactl", command, { env: { ...home, ...env }, stdio: "ignore" });
  for (let tries = 0; ; tries++) {
    try {
      control("set-default-sink", "speakers");
      control("set-default-source", "microphone");
      break;
    } catch (cause) {
      if (tries === 50) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    env,
    play: (file) =>
      new Promise((resolve, reject) => {
        const player = spawn("paplay", ["--device=recording", file], { env: { ...home, ...env }, stdio: "ignore" });
        player.once("error", reject);
        player.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`paplay ended with ${code}`))));
      }),
    close: () => {
      daemon.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
