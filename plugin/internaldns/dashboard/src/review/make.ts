import { call, withQuery, type Query } from "../api/call";
import type { Call, Preview } from "../api/types";
import type { Request } from "./Review";

type Calls = Pick<Request, "calls"> & Partial<Request>;

/** preview asks what a write would change. */
export async function preview(account: string, request: Calls, force: boolean, signal?: AbortSignal): Promise<Preview> {
  const body = { calls: request.calls };
  const query = force ? { force } : {};
  return (await call<Preview>("POST", `${account}/internal_dns/preview`, { body, query, signal })).result;
}

/** Made is a write that was made. */
export type Made = { results: unknown[]; revision: number };

/**
 * make makes a write, but only on the state that its preview was about: should another
 * change have come between, the API refuses it with 412.
 */
export async function make(account: string, request: Calls, force: boolean, ifMatch?: number): Promise<Made> {
  const query = force ? { force } : {};
  const only = request.calls.length === 1 ? request.calls[0] : undefined;
  if (only) {
    const { result, revision } = await call<unknown>(only.method, withQuery(only.path, query), { body: only.body, ifMatch });
    return { results: [result], revision };
  }
  return makeAll(account, request.calls, ifMatch, query);
}

/** makeAll makes calls as one change. */
export async function makeAll(account: string, calls: Call[], ifMatch?: number, query: Query = {}): Promise<Made> {
  type All = { revision: number; results: { result: unknown }[] };
  const { result } = await call<All>("POST", `${account}/internal_dns/changes`, { body: { calls }, query, ifMatch });
  return { results: result.results.map((r) => r.result), revision: result.revision };
}
