/** when words a time: of today by the hour, others by the day. */
export function when(text: string, now = new Date()): string {
  const time = new Date(text);
  if (!isTime(text)) return "";
  const today = time.toDateString() === now.toDateString();
  return today
    ? time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}

/** exactly words a time to the second. */
export function exactly(text: string): string {
  return isTime(text) ? new Date(text).toLocaleString() : "";
}

/** isTime tells whether there is a time: objects of the Corefile have the zero one. */
export function isTime(text: string): boolean {
  return new Date(text).getFullYear() > 1;
}

/** count words a number of things. */
export function count(n: number, one: string, many = one + "s"): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`;
}

/** countOf words how many things of all are shown. */
export function countOf(n: number, all: number, one: string): string {
  return n === all ? count(all, one) : `${n.toLocaleString()} of ${count(all, one)}`;
}
