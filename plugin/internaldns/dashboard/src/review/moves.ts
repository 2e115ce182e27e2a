// What a preview tells of the last queries.
import type { PreviewQueries } from "../api/types";
import { count } from "../parts/time";

/** lacking says of which queries it is not known what becomes of them, "" if there are none. */
export function lacking({ kept, compared, not_comparable }: PreviewQueries): string {
  const parts: string[] = [];
  if (not_comparable) parts.push(`${count(not_comparable, "more query depends", "more queries depend")} on what is not kept, such as a client certificate, and cannot be compared.`);
  const late = kept - compared - not_comparable;
  if (late > 0) parts.push(`${count(late, "older one was", "older ones were")} left out, as comparing them would take too long.`);
  return parts.join(" ");
}
