import { defineConfig } from "vite";
import { preloadPage, weigh } from "./first-load.js";

export default defineConfig({
  plugins: [preloadPage, weigh],
  // The library's source, so that a change of it shows at once and its types are checked with the page's.
  resolve: {
    alias: {
      "@talktime/client/operators": new URL("../client/src/operators/index.ts", import.meta.url).pathname,
      "@talktime/client": new URL("../client/src/index.ts", import.meta.url).pathname,
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    // Where the api looks for the page.
    outDir: "../../api/page/built",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // One style sheet, there before anything is shown; what is to be fetched ahead, `preloadPage` says.
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      // Three scripts until a call: the first one, the page, and the words. Else they would be a dozen.
      output: {
        codeSplitting: {
          groups: [
            { name: "main", test: /page[\\/]src[\\/](main|texts[\\/]plural)\.ts$/, priority: 1 },
            { name: "page", test: /page[\\/]src[\\/]page\.tsx$/ },
          ],
        },
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
