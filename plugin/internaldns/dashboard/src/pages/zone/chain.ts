import type { Zone } from "../../api/types";

/** most is how many references a query follows (SPEC, as Cloudflare). */
export const most = 5;

/**
 * chainOf returns the zones that a zone leads to by references, itself first. It ends where
 * one is gone, or comes a second time.
 */
export function chainOf(start: Zone, zones: Map<string, Zone>, reference = start.internal_dns?.reference_zone_id): Zone[] {
  const chain = [start];
  let next = reference;
  while (next && chain.length <= most + 1) {
    const zone = zones.get(next);
    if (!zone) break;
    chain.push(zone);
    if (chain.indexOf(zone) < chain.length - 1) break;
    next = zone.internal_dns?.reference_zone_id;
  }
  return chain;
}

/** troubleOf says what is wrong with a chain, before the server does. */
export function troubleOf(chain: Zone[]): string | undefined {
  const last = chain.at(-1);
  if (last && chain.indexOf(last) < chain.length - 1) return "The references would lead in a circle.";
  if (chain.length > most + 1) return `More than ${most} references in a row are not followed.`;
  return undefined;
}
