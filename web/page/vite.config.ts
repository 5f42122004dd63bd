import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** Says what all scripts weigh together, those that are loaded late included. */
const weighing: Plugin = {
  name: "weighing",
  apply: "build",
  writeBundle(_, bundle) {
    const scripts = Object.values(bundle).filter((file) => file.type === "chunk");
    const bytes = scripts.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
    this.environment.logger.info(`JavaScript in all: ${(bytes / 1_000).toFixed(1)} kB, compressed by gzip`);
  },
};

export default defineConfig({
  plugins: [weighing],
  // The library's source, so that a change of it shows at once and its types are checked with the page's.
  resolve: { alias: { "@talktime/client": new URL("../client/src/index.ts", import.meta.url).pathname } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Where the api looks for the page.
    outDir: "../../api/page/built",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // One script and one style sheet, and a script for each other language: nothing to fetch ahead.
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      // Else what another language shares with the page would be a file of its own.
      output: {
        codeSplitting: { groups: [{ name: "index", test: /page[\\/]src[\\/](main\.tsx|texts[\\/]plural\.ts)$/ }] },
      },
    },
  },
  server: {
    // `npm run dev` beside a running `make run`.
    proxy: {
      "/v1": "http://127.0.0.1:8000",
      "/sandbox": "http://127.0.0.1:8000",
      "/ws": { target: "ws://127.0.0.1:8000", ws: true },
    },
  },
});
