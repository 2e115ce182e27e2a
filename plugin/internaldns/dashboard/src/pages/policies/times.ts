// When a policy is in force: hours of the week by the clock of a time zone, and an end.
import type { Rule, RuleForm } from "../../api/types";

export const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export type Day = (typeof days)[number];

export const dayNames: Record<Day, string> = {
  ...{ mon: "Monday", tue: "Tuesday", wed: "Wednesday", thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" },
};

/** Times is when a policy is in force, as a form holds it. */
export type Times = {
  scheduled: boolean;
  hours: Record<Day, string>;
  zone: string;
  expires: boolean;
  until: string; // by the clock of the browser, as the input of the browser has it
  sent?: { expires_at: string; duration?: number }; // what the server has
};

const noHours: Record<Day, string> = { mon: "", tue: "", wed: "", thu: "", fri: "", sat: "", sun: "" };

/** always is the times of a policy that is in force at all hours and does not end. */
export function always(): Times {
  return { scheduled: false, hours: noHours, zone: "", expires: false, until: "" };
}

/** office has a policy be in force while people work, to begin with. */
export function office(times: Times): Times {
  const blank = days.every((day) => !times.hours[day]);
  const hours = { ...noHours, mon: "08:00-17:00", tue: "08:00-17:00", wed: "08:00-17:00", thu: "08:00-17:00", fri: "08:00-17:00" };
  return { ...times, scheduled: true, ...(blank && { hours, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }) };
}

export function timesOf({ schedule, expiration }: Pick<Rule, "schedule" | "expiration">): Times {
  const times = always();
  if (schedule) {
    const hours = { ...noHours };
    for (const day of days) hours[day] = schedule[day] ?? "";
    Object.assign(times, { scheduled: true, hours, zone: schedule.time_zone ?? "" });
  }
  if (expiration) {
    const { expires_at, duration } = expiration;
    Object.assign(times, { expires: true, until: localTime(new Date(expires_at)), sent: { expires_at, ...(duration && { duration }) } });
  }
  return times;
}

/** timesForm returns what the API is told. Null says always. */
export function timesForm(times: Times): Pick<RuleForm, "schedule" | "expiration"> {
  return { schedule: times.scheduled ? scheduleOf(times) : null, expiration: times.expires ? expirationOf(times) : null };
}

function scheduleOf({ hours, zone }: Times) {
  const set = days.filter((day) => hours[day].trim()).map((day) => [day, hours[day].replace(/\s+/g, "")]);
  return { ...(Object.fromEntries(set) as Partial<Record<Day, string>>), ...(zone.trim() && { time_zone: zone.trim() }) };
}

function expirationOf({ until, sent }: Times) {
  // A field without fractions of a second must not take them away.
  if (sent && localTime(new Date(sent.expires_at)) === until) return sent;
  const end = new Date(until);
  return { expires_at: Number.isNaN(end.getTime()) ? until : end.toISOString(), ...(sent?.duration && { duration: sent.duration }) };
}

/** localTime returns a time by the clock of the browser, to the second. */
export function localTime(time: Date): string {
  if (Number.isNaN(time.getTime())) return "";
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${String(time.getFullYear()).padStart(4, "0")}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** wordsOf says in a few words when a policy is in force, "" for always. */
export function wordsOf({ schedule, expiration }: Pick<Rule, "schedule" | "expiration">, now = new Date()): string {
  const parts: string[] = [];
  if (expiration && isOver({ expiration }, now)) return `expired ${new Date(expiration.expires_at).toLocaleString()}`;
  if (schedule) parts.push(hoursOf(schedule) || "at no hour");
  if (expiration) parts.push(`until ${new Date(expiration.expires_at).toLocaleString()}`);
  return parts.join(", ");
}

/** hoursOf joins days of the same hours. */
function hoursOf(schedule: NonNullable<Rule["schedule"]>): string {
  const groups: { from: Day; to: Day; hours: string }[] = [];
  days.forEach((day, i) => {
    const hours = schedule[day];
    const last = groups.at(-1);
    if (!hours) return;
    if (last?.hours === hours && last.to === days[i - 1]) last.to = day;
    else groups.push({ from: day, to: day, hours });
  });
  const short = (day: Day) => dayNames[day].slice(0, 3);
  const text = groups.map(({ from, to, hours }) => `${short(from)}${from === to ? "" : `–${short(to)}`} ${hours.replace(/,(?=\S)/g, ", ")}`).join("; ");
  return text && schedule.time_zone ? `${text} (${schedule.time_zone})` : text;
}

/** isOver tells whether a policy has expired. */
export function isOver({ expiration }: Pick<Rule, "expiration">, now = new Date()): boolean {
  return Boolean(expiration && (expiration.expired || new Date(expiration.expires_at) <= now));
}

/** timesPointers are the members that have fields. */
export const timesPointers = [...days.map((day) => `/schedule/${day}`), "/schedule/time_zone", "/expiration"];
