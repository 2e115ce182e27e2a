// Strings within expressions, as the server reads them.

/** Found is a string and where it ends. */
export type Found = { value: string; end: number };

/** stringAt reads a string that starts at an offset; undefined if it is none, or holds what no row could show. */
export function stringAt(text: string, at: number): Found | undefined {
  if (text[at] === "r") return rawAt(text, at);
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return undefined;
  let value = "";
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i] ?? "";
    if (c === quote) return shown({ value, end: i + 1 });
    if (c !== "\\") {
      value += c;
      continue;
    }
    const escape = /^(?:["\\]|x[0-9a-fA-F]{2}|[0-3][0-7]{2})/.exec(text.slice(i + 1))?.[0] ?? (text[i + 1] === "'" && quote === "'" ? "'" : "");
    if (!escape) return undefined;
    value += unescaped(escape);
    i += escape.length;
  }
  return undefined;
}

function unescaped(escape: string): string {
  if (escape.length === 1) return escape;
  const code = escape.startsWith("x") ? parseInt(escape.slice(1), 16) : parseInt(escape, 8);
  // Above ASCII these are octets of a character, of which there may be more. No row shows them.
  return code < 0x80 ? String.fromCharCode(code) : "\0";
}

/** patternIn reads a regular expression: its backslashes are its own, and a quote within [] does not end it. */
export function patternIn(text: string, at: number): Found | undefined {
  if (text[at] === "r") return rawAt(text, at);
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return undefined;
  let value = "";
  let within = false;
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i] ?? "";
    if (c === "\\" && i + 1 < text.length) {
      const next = text[++i] ?? "";
      value += within || next !== quote ? c + next : next;
      continue;
    }
    if (c === quote && !within) return shown({ value, end: i + 1 });
    if (c === "[") within = true;
    if (c === "]") within = false;
    value += c;
  }
  return undefined;
}

function rawAt(text: string, at: number): Found | undefined {
  const open = /^r(#*)(["'])/.exec(text.slice(at));
  if (!open) return undefined;
  const start = at + open[0].length;
  const close = `${open[2]}${open[1]}`;
  const end = text.indexOf(close, start);
  return end < 0 ? undefined : shown({ value: text.slice(start, end), end: end + close.length });
}

/** shown leaves out what a line of input cannot hold, or would change. */
function shown(found: Found): Found | undefined {
  return found.value === "" || /[\u0000-\u001f\u007f]/.test(found.value) || found.value.trim() !== found.value ? undefined : found;
}
