import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { licences } from "./build/licences.ts";

// The server that the pages of `npm run dev` and `npm run preview` call.
const server = process.env["INTERNALDNS"] ?? "http://127.0.0.1:8080";
// It takes writes from its own pages only, as which these pass.
const proxy = { "/client": { target: server, changeOrigin: true, headers: { origin: server } } };

// What the server sends with every page (handler.go): what would break there breaks in
// `npm run preview` already.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export default defineConfig({
  plugins: [react(), tailwind(), licences()],
  server: { proxy },
  preview: { proxy, headers: { "Content-Security-Policy": policy } },
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    modulePreload: false,
    sourcemap: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800, // before compression
    rolldownOptions: {
      output: {
        // Names without hashes, so that two builds are the same files.
        entryFileNames: "a/[name].js",
        chunkFileNames: "a/[name].js",
        assetFileNames: "a/[name][extname]",
      },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
