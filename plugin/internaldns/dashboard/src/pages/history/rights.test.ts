import { describe, expect, it } from "vitest";

import type { ObjectChange } from "../../api/types";
import { mayUndo } from "./rights";

const of = (...kinds: string[]) => kinds.map((kind) => ({ kind, before: null, after: {} }) as ObjectChange);

describe("mayUndo", () => {
  it("needs the right to write each kind", () => {
    expect(mayUndo(of("record", "view"), ["DNS Write", "DNS View Write"])).toBe(true);
    expect(mayUndo(of("record", "view"), ["DNS Write", "DNS View Read"])).toBe(false);
  });
  it("needs that on the settings of a zone, too", () => {
    expect(mayUndo(of("zone"), ["Zone Write"])).toBe(false);
    expect(mayUndo(of("zone"), ["Zone Write", "Zone DNS Settings Write"])).toBe(true);
  });
  it("leaves what is not known to the server", () => expect(mayUndo(of("other"), [])).toBe(true));
});
