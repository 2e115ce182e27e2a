import type { Fault } from "./types";

/** The codes that the pages act upon (errors.go of the API). */
export const codes = { inUse: 10503, nobody: 9106, demoted: 1216, defaultDeleted: 1217 } as const;

const guardrails: number[] = [codes.inUse, codes.demoted, codes.defaultDeleted]; // which force=true overrides

/** APIError is a call that was refused or not answered. */
export class APIError extends Error {
  constructor(
    readonly status: number, // 0 if there was no answer
    readonly faults: Fault[],
  ) {
    super(faults.map((f) => f.message).join("\n") || `the server answered ${status}`);
    this.name = "APIError";
  }
}

/** faultsOf returns what is wrong, of anything that was thrown. */
export function faultsOf(error: unknown): Fault[] {
  if (error instanceof APIError) return error.faults;
  return error ? [{ code: 0, message: error instanceof Error ? error.message : String(error) }] : [];
}

/** isForbidden tells whether a call failed since the token lacks a right. */
export function isForbidden(error: unknown): boolean {
  return error instanceof APIError && error.status === 403;
}

/** isSignedOut tells whether an answer means that there is no session: one that ended, or whose cookie the browser dropped. */
export function isSignedOut(status: number, faults: Fault[]): boolean {
  return status === 401 || (status === 400 && faults.some((f) => f.code === codes.nobody));
}

/** guarded tells whether what is wrong is nothing but a guardrail (LIVE 7). */
export function guarded(faults: Fault[]): boolean {
  return faults.length > 0 && faults.every((f) => guardrails.includes(f.code));
}

/**
 * below returns the errors about the body of one of several calls, their pointers made
 * those of a call of its own: /calls/0/body/name becomes /name.
 */
export function below(faults: Fault[], call: number): Fault[] {
  const prefix = `/calls/${call}`;
  return faults
    .filter((f) => !f.source || f.source.pointer === prefix || f.source.pointer.startsWith(prefix + "/"))
    .map((f) => {
      const at = f.source?.pointer.slice(prefix.length).replace(/^\/body/, "");
      return { ...f, source: at ? { pointer: at } : null };
    });
}

/** at returns what is wrong with the member that a pointer names, or with what it holds. */
export function at(faults: Fault[], pointer: string): string | undefined {
  const found = faults.filter((f) => f.source && (f.source.pointer === pointer || f.source.pointer.startsWith(pointer + "/")));
  return found.length ? found.map((f) => f.message).join("\n") : undefined;
}

/** elsewhere returns the errors that no field of a form shows. */
export function elsewhere(faults: Fault[], fields: string[]): Fault[] {
  return faults.filter((f) => !fields.some((field) => at([f], field) !== undefined));
}

/**
 * splitCaret parts a message from the text with a caret that follows on lines of its own,
 * which only a font of even width shows right.
 */
export function splitCaret(message: string): { text: string; caret?: string } {
  const end = message.indexOf("\n");
  return end < 0 ? { text: message } : { text: message.slice(0, end), caret: message.slice(end + 1) };
}
