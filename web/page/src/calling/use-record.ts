import type { Call, CallEnd, CallView } from "@talktime/client";
import { useEffect, useState } from "preact/hooks";
import { connectionState, talktime } from "../talktime.js";
import { followRecord, isGuess } from "./record.js";

/** Return the record once the end is in it; null where what is known is enough, and until then. */
export function useRecord(call: Call, end: CallEnd): CallView | null {
  const [record, setRecord] = useState<CallView | null>(null);
  const { id } = call;
  const wanted = id !== null && record === null && isGuess(call, end);
  // Whoever is back asks at once.
  const isOpen = connectionState.value === "open";
  useEffect(
    () => (wanted ? followRecord(() => talktime.api.call(id), setRecord) : undefined),
    [id, wanted, isOpen],
  );
  return record;
}
