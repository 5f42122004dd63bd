/** What a visitor loads until they can call, and the limit of it. */
import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk;

const BYTES_MAX = 60_000;
const PAGE = /\/src\/page\.tsx$/;
const WORDS = /\/src\/texts\/(\w+)\/index\.ts$/;

/** The first script asks for the page at once; asked for by the document, it need not even wait for that script. */
export const preloadPage: Plugin = {
  name: "preload-page",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler: (html, { bundle = {} }) =>
      withImports(bundle, chunkOf(bundle, PAGE))
        .filter(({ fileName }) => !html.includes(fileName))
        .map(({ fileName }) => ({
          tag: "link",
          attrs: { rel: "modulepreload", href: `/${fileName}` },
          injectTo: "head",
        })),
  },
};

/** Says what the scripts weigh, compressed; fails where a visitor of any language would have to load too much. */
export const weigh: Plugin = {
  name: "weigh",
  apply: "build",
  // Before anything is written, so that what is too heavy is not mistaken for built.
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
    const first = chunks.filter(({ isEntry }) => isEntry).concat(withImports(bundle, chunkOf(bundle, PAGE)));
    const needed = new Set(first);
    for (const chunk of chunks) {
      const language = WORDS.exec(chunk.facadeModuleId ?? "")?.[1];
      if (!language) continue;
      const all = new Set([...first, ...withImports(bundle, chunk)]);
      const bytes = sizeOf(all);
      this.environment.logger.info(`JavaScript until a call, in ${language}: ${bytes} bytes, compressed by gzip`);
      if (bytes > BYTES_MAX) this.error(`That is more than ${BYTES_MAX}: load later what nobody needs to call.`);
      for (const each of all) needed.add(each);
    }
    const late = chunks.filter((chunk) => !needed.has(chunk));
    this.environment.logger.info(`JavaScript that is loaded when it is used: ${sizeOf(late)} bytes`);
  },
};

function chunkOf(bundle: Bundle, module: RegExp): Chunk {
  for (const file of Object.values(bundle))
    if (file.type === "chunk" && module.test(file.facadeModuleId ?? "")) return file;
  throw new Error(`No script has been made of ${module.source}.`);
}

/** Return the chunk and all that it cannot begin without. */
function withImports(bundle: Bundle, chunk: Chunk, found = new Set<Chunk>()): Chunk[] {
  if (found.has(chunk)) return [];
  found.add(chunk);
  for (const name of chunk.imports) {
    const imported = bundle[name];
    if (imported?.type === "chunk") withImports(bundle, imported, found);
  }
  return [...found];
}

function sizeOf(chunks: Iterable<Chunk>): number {
  return [...chunks].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
