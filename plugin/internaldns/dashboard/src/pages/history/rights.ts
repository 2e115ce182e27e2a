import type { ObjectChange } from "../../api/types";

// What putting an object back needs (permissionsOf of the API).
const writes: Record<string, string> = {
  ...{ zone: "Zone Write", record: "DNS Write", view: "DNS View Write", rule: "Resolver Policies Write", list: "Lists Write" },
  ...{ location: "Locations Write", gateway: "Zero Trust Write", token: "Account API Tokens Write", settings: "Account DNS Settings Write" },
};

/** mayUndo tells whether a token with some permissions can put objects back, as far as is known before it is tried. */
export function mayUndo(objects: ObjectChange[], permissions: string[]): boolean {
  const needs = objects.flatMap((o) => [writes[o.kind] ?? "", ...(o.kind === "zone" ? ["Zone DNS Settings Write"] : [])]);
  return needs.every((group) => !group || permissions.includes(group));
}
