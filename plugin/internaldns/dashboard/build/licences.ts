import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Plugin } from "vite";

/** Packages whose text is in the style sheet, of which no module tells. */
const styles = ["tailwindcss", "@cloudflare/kumo"];

/** licences writes licences.txt: the licence of each package of which something is bundled. */
export function licences(): Plugin {
  let root = "";
  return {
    name: "licences",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    generateBundle(_, bundle) {
      const folders = new Set(styles.map((name) => join(root, "node_modules", name)));
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk") for (const id of part.moduleIds) add(folders, root, id);
      }
      const texts = [...folders].map(notice).sort();
      const head = "The dashboard of internaldns contains, as a whole or in part, the packages below.\n";
      this.emitFile({ type: "asset", fileName: "licences.txt", source: [head, ...texts].join("\n" + "-".repeat(78) + "\n\n") });
    },
  };
}

/** add adds the folder of the package that a module is of, and of those that it has packed. */
function add(folders: Set<string>, root: string, id: string) {
  const path = id.replace(/^\0/, "").replace(/\?.*$/, "");
  const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (!found?.[1]) return;
  folders.add(found[1]);
  // Kumo's files are packed of others, and say of which packages these were.
  for (const region of readFileSync(path, "utf8").matchAll(/^\/\/#region .*\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)) {
    if (region[1]) folders.add(join(root, "node_modules", region[1]));
  }
}

function notice(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string; license?: string };
  const file = existsSync(folder) ? readdirSync(folder).sort().find((name) => /^licen[cs]e/i.test(name)) : undefined;
  if (!file && !about.license) throw new Error(`${about.name} in ${dirname(folder)} has no licence`);
  const text = file ? readFileSync(join(folder, file), "utf8").replace(/\r\n/g, "\n").trim() : `Licence: ${about.license}`;
  return `${about.name} ${about.version} (${about.license ?? "see below"})\n\n${text}\n`;
}
