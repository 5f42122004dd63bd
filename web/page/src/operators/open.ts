import { Desk } from "./desk.js";
import { start } from "./operators.js";
import { speakAsOperator } from "./words.js";

/** Return what to show, once its words are here. */
export async function open(): Promise<typeof Desk> {
  void start();
  await speakAsOperator();
  return Desk;
}
