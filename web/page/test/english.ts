/** Import it where words are read: the page has none before it has loaded those of a language. */
import { vi } from "vitest";
import { speak } from "../src/texts/index.js";

vi.stubGlobal("navigator", { languages: ["en"] });
vi.stubGlobal("document", { documentElement: {} });
await speak();
vi.unstubAllGlobals();
