import type { Preview } from "../api/types";

const deciding = new Set(["rule", "list", "location"]);

/** decides tells whether a change may lead queries to other policies. */
export function decides(preview: Pick<Preview, "queries" | "objects">): boolean {
  return Boolean(preview.queries) || preview.objects.some((o) => deciding.has(o.kind));
}
