import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@talktime/client/operators": new URL("./client/src/operators/index.ts", import.meta.url).pathname,
      "@talktime/client": new URL("./client/src/index.ts", import.meta.url).pathname,
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { include: ["client/test/**/*.test.ts", "page/test/**/*.test.{ts,tsx}"] },
});
