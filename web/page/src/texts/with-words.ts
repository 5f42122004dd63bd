/** Load a screen of the own account or money together with its words, which only such screens need. */
export async function withWords<Screen>(load: () => Promise<Screen>): Promise<Screen> {
  const words = async () => (await import("./own.js")).speakOfOwn();
  const [screen] = await Promise.all([load(), words()]);
  return screen;
}
