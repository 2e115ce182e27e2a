// Server-sent events (the HTML standard, section 9.2.6), read from pieces of a text. The
// browser's own EventSource tells neither the status nor the text of a refusal.

/** Event is one of them. A sign of life has no data, but an id to go on behind. */
export type Event = { kind: string; id: string; data: string };

/** Events reads events from pieces as they come: a piece may end anywhere. */
export class Events {
  private rest = "";
  private kind = "";
  private id = "";
  private data: string[] = [];

  /** read returns the events that a piece completes. */
  read(piece: string): Event[] {
    const lines = (this.rest + piece).split(/\r\n|\n/);
    this.rest = lines.pop() ?? "";
    const events: Event[] = [];
    for (const line of lines) {
      if (line !== "") {
        this.field(line);
        continue;
      }
      if (this.id || this.data.length) events.push({ kind: this.kind, id: this.id, data: this.data.join("\n") });
      this.kind = this.id = "";
      this.data = [];
    }
    return events;
  }

  private field(line: string) {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.kind = value;
    else if (name === "id") this.id = value;
    else if (name === "data") this.data.push(value);
  }
}
