// Structured logs: a JSON object a line on stderr, for whatever collects them.

/** What is told beside the event's name; nothing of what was said, and no token. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export type LogLevel = "info" | "warn" | "error";

export class Log {
  private readonly write: (line: string) => void;

  constructor(write: (line: string) => void = (line) => void process.stderr.write(line)) {
    this.write = write;
  }

  info(event: string, fields: LogFields = {}): void {
    this.line("info", event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.line("warn", event, fields);
  }

  error(event: string, fields: LogFields = {}): void {
    this.line("error", event, fields);
  }

  private line(level: LogLevel, event: string, fields: LogFields): void {
    this.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  }
}
